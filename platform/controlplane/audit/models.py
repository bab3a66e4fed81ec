from django.db import models
from django.utils.translation import gettext_lazy as _

from controlplane.audit.actions import action_label
from controlplane.audit.enums import ActorKind


class AuditEntry(models.Model):
    """Who did what to which campaign, and when. The database refuses to change or delete a line."""

    at = models.DateTimeField(_("when"), db_index=True)
    actor = models.CharField(_("who"), max_length=10, choices=ActorKind)
    actor_id = models.BigIntegerField(_("account"), null=True, blank=True)  # no key: the line outlives the account
    action = models.CharField(_("what"), max_length=60)
    campaign_uuid = models.UUIDField(
        _("campaign"), null=True, blank=True, db_index=True
    )  # no key: it outlives this too
    details = models.JSONField(_("details"), default=dict, blank=True)  # codes and ids, nothing personal

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.action

    @property
    def label(self) -> str:
        return action_label(self.action)
