from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.enums import MigrationState


class FleetRun(models.Model):
    """One upgrade of a cell's campaigns as its cell tells it. The newest message wins."""

    uuid = models.UUIDField(_("identifier"), unique=True)
    cell = models.CharField(_("cell"), max_length=20)
    version = models.CharField(_("version"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=MigrationState)
    total = models.PositiveIntegerField(_("campaigns"))
    done = models.PositiveIntegerField(_("migrated"))
    failed = models.PositiveIntegerField(_("failures"))
    rate = models.FloatField(_("a second"))
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    news_at = models.DateTimeField(_("last news"))

    class Meta:
        verbose_name = _("upgrade")
        verbose_name_plural = _("fleet")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.cell} {self.version}"

    @property
    def share(self) -> float:
        return (self.done + self.failed) / max(1, self.total)

    @property
    def seconds_left(self) -> int | None:
        """None when it is over, or when nothing tells."""
        left = self.total - self.done - self.failed
        return round(left / self.rate) if self.rate and self.finished_at is None else None
