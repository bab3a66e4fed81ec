import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.residency.checks import Check


class RegionTag(models.Model):
    """Whose database this is, written when it is prepared: a cell of another region refuses to start on it."""

    only = models.BooleanField(default=True, unique=True, editable=False)  # one row
    region = models.CharField(_("region"), max_length=20)
    cell = models.CharField(_("cell"), max_length=20)
    server = models.CharField(_("server"), max_length=40, blank=True)  # PostgreSQL's own identifier of the cluster
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("region tag")
        verbose_name_plural = _("region tags")
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="residency_tag_is_one")]

    def __str__(self) -> str:
        return f"{self.region} {self.cell}"


class Proof(models.Model):
    """One check of every store and provider of this cell, with what was found. Kept, so that it can be looked up later."""

    uuid = models.UUIDField(_("identifier"), unique=True, default=uuid.uuid4)
    region = models.CharField(_("region"), max_length=20)
    cell = models.CharField(_("cell"), max_length=20)
    at = models.DateTimeField(_("checked"), db_index=True)
    has_passed = models.BooleanField(_("passed"))
    checks = models.JSONField(_("checks"))  # [Check as a dictionary]

    class Meta:
        verbose_name = _("proof of residency")
        verbose_name_plural = _("proofs of residency")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.cell} {self.at:%Y-%m-%d %H:%M}"

    @property
    def findings(self) -> list[Check]:
        return [Check.from_plain(check) for check in self.checks]
