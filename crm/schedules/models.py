from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.schedules.enums import UNDER_WAY, Outcome, Place, Rhythm, Weekday


class ScheduledImport(models.Model):
    """A file that is fetched and imported again and again, with the choices of an earlier import."""

    name = models.CharField(_("name"), max_length=120)
    pattern = models.ForeignKey("imports.Import", on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=8, choices=Place, default=Place.WEB)
    address = models.CharField(max_length=1000, help_text="Of the file, or of the server that has the bucket.")
    header = models.CharField(max_length=60, blank=True, help_text="Its name; the value is sealed.")
    region = models.CharField(max_length=40, blank=True)
    bucket = models.CharField(max_length=100, blank=True)
    object_key = models.CharField(max_length=500, blank=True)
    key_id = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(
        blank=True, help_text="By crm.schedules.sealing: the header's value, or the bucket's secret key."
    )

    rhythm = models.CharField(max_length=8, choices=Rhythm, default=Rhythm.DAILY)
    hour = models.PositiveSmallIntegerField(default=6)
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    next_at = models.DateTimeField(null=True, help_text="Null while it is paused.")

    checksum = models.CharField(max_length=64, blank=True, help_text="Of the file that was imported last.")
    told = models.CharField(max_length=60, blank=True, help_text="What the last mail was about.")
    told_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("scheduled import")
        verbose_name_plural = _("scheduled imports")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        return self.next_at is None


class FetchQuerySet(models.QuerySet["Fetch"]):
    def under_way(self) -> "FetchQuerySet":
        return self.filter(outcome__in=UNDER_WAY)


class Fetch(models.Model):
    """One time that the file was asked for, and what became of it."""

    scheduled = models.ForeignKey(ScheduledImport, on_delete=models.CASCADE, related_name="fetches")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.FETCHING)
    failure = models.CharField(max_length=40, blank=True, help_text="A key of crm.schedules.wording.FAILURES.")
    detail = models.CharField(
        max_length=500, blank=True, help_text="Columns that changed, the server's answer; never a person's data."
    )
    size = models.BigIntegerField(default=0)
    checksum = models.CharField(max_length=64, blank=True)
    import_run = models.ForeignKey("imports.Import", on_delete=models.SET_NULL, null=True, related_name="+")
    asked_by_id = models.BigIntegerField(null=True, help_text="Null: the hour had come.")
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = FetchQuerySet.as_manager()

    class Meta:
        verbose_name = _("fetch")
        verbose_name_plural = _("fetches")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheduled"], condition=models.Q(outcome__in=UNDER_WAY), name="schedules_fetch_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheduled_id}: {self.outcome}"

    @property
    def is_under_way(self) -> bool:
        return self.outcome in UNDER_WAY
