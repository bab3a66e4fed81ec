"""What customers may read of the service's health: how each cell was, day by day, and what operators wrote."""

from datetime import datetime

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from controlplane.status.enums import CellCondition, Impact, IncidentState

GOOD, FAIR = 0.999, 0.98


class CellDay(models.Model):
    """How many of a day's minutes were looked at, and in how many the cell was well. Kept for ninety days."""

    cell = models.ForeignKey("controlplane.Cell", models.CASCADE, related_name="days")
    day = models.DateField()
    checks = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("day of a cell")
        verbose_name_plural = _("days of cells")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["cell", "day"], name="status_one_day_a_cell")]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.day}"

    @property
    def share(self) -> float:
        return self.good / max(1, self.checks)

    @property
    def condition(self) -> CellCondition:
        if self.share >= GOOD:
            return CellCondition.UP
        return CellCondition.TROUBLED if self.share >= FAIR else CellCondition.DOWN


class IncidentQuerySet(models.QuerySet["Incident"]):
    def under_way(self, *, now: datetime) -> "IncidentQuerySet":
        return self.filter(models.Q(ended_at=None) | models.Q(ended_at__gt=now), began_at__lte=now)


class Incident(models.Model):
    """Something that customers notice, told by an operator in both languages."""

    title_fr = models.CharField(_("title in French"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    impact = models.CharField(_("impact"), max_length=20, choices=Impact, default=Impact.MINOR)
    cells = models.ManyToManyField(
        "controlplane.Cell", verbose_name=_("cells"), blank=True, help_text=_("None: the whole platform.")
    )
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("end of it"), null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-began_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="status_incident_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" else self.title_fr


class IncidentUpdate(models.Model):
    """One piece of news of an incident."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates")
    at = models.DateTimeField(_("when"))
    state = models.CharField(_("state"), max_length=20, choices=IncidentState, default=IncidentState.LOOKING)
    text_fr = models.TextField(_("text in French"), max_length=2000)
    text_en = models.TextField(_("text in English"), max_length=2000)

    class Meta:
        verbose_name = _("news of an incident")
        verbose_name_plural = _("news of an incident")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.state}"

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" else self.text_fr
