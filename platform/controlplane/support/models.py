from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SupportGrantQuerySet(models.QuerySet["SupportGrant"]):
    def in_force(self, *, now: datetime) -> "SupportGrantQuerySet":
        return self.filter(revoked_at=None, ends_at__gt=now)


class SupportGrant(models.Model):
    """An owner lets the platform's support into her office, as readers, for a time. Nobody else can open that door."""

    uuid = models.UUIDField(unique=True, default=uuid4, editable=False)
    campaign = models.ForeignKey(
        "controlplane.Campaign", models.CASCADE, verbose_name=_("campaign"), related_name="support_grants"
    )
    granted_by = models.ForeignKey(  # DO_NOTHING: docs/decisions/0003
        settings.AUTH_USER_MODEL, models.DO_NOTHING, verbose_name=_("granted by"), related_name="+"
    )
    reason = models.CharField(_("reason given"), max_length=200)
    granted_at = models.DateTimeField(_("granted"))
    ends_at = models.DateTimeField(_("holds until"))
    revoked_at = models.DateTimeField(_("taken back on"), null=True, blank=True)

    objects = SupportGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("support permission")
        verbose_name_plural = _("support permissions")
        ordering = ["-granted_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("granted_at")), name="support_grant_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"

    def is_in_force(self, *, now: datetime) -> bool:
        return self.revoked_at is None and now < self.ends_at
