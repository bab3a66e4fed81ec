"""Operators. In the schema `public` only.

The key to users is DO_NOTHING (docs/decisions/0003): the deletion collector of a campaign's side must not look here.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from controlplane.enums import OperatorRole
from controlplane.permissions import MATRIX


class Operator(models.Model):
    """Somebody who runs the platform: an account and a role."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, verbose_name=_("account"), related_name="operator"
    )
    role = models.CharField(_("role"), max_length=20, choices=OperatorRole, default=OperatorRole.READER)
    created_at = models.DateTimeField(_("since"))
    # A password alone opens nothing; until then it may set up the second factor.
    may_enrol_until = models.DateTimeField(_("may set up a second factor until"))

    class Meta:
        verbose_name = pgettext_lazy("console", "operator")
        verbose_name_plural = _("operators")
        ordering = ["user__last_name", "user__email"]

    def __str__(self) -> str:
        return self.user.get_full_name()

    @property
    def permissions(self) -> list[str]:
        return sorted(MATRIX[self.role])

    def may_enrol(self, *, now: datetime) -> bool:
        return now < self.may_enrol_until
