from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Access


class AccessEntry(models.Model):
    """Who looked at which data or took it out, and when: ids only. The database refuses to change a line, and to delete one
    that is younger than a year."""

    kind = models.CharField(max_length=10, choices=Access)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)  # no key: she may leave, the line stays
    person_id = models.BigIntegerField(null=True)  # no key either: she may be erased
    count = models.BigIntegerField(null=True)  # of people
    about = models.CharField(max_length=60, blank=True, default="", db_default="")  # "export:12", "file:7", …
    details = models.JSONField(default=dict, db_default={})  # of an export: columns, format, reason
    hour = models.BigIntegerField(null=True)  # of the epoch, where many looks within an hour are one line

    class Meta:
        verbose_name = _("line of the access log")
        constraints = [
            models.UniqueConstraint(
                fields=["by_id", "person_id", "kind", "about", "hour"],
                condition=Q(hour__isnull=False),
                name="access_once_an_hour",
            )
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="access_recent"),
            models.Index(fields=["person_id", "-id"], name="access_person", condition=Q(person_id__isnull=False)),
            models.Index(fields=["about"], name="access_about", condition=~Q(about="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
