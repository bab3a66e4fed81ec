from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.exports.enums import Access, Format


class AccessEntry(models.Model):
    """Who took which data out, when and why. The database refuses to change or delete a line."""

    run_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Access)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)  # no key: she may leave, the line stays
    by_name = models.CharField(max_length=200, blank=True, default="")
    count = models.BigIntegerField(null=True)
    format = models.CharField(max_length=8, choices=Format)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    selection = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("line of the access log")
        indexes = [models.Index(fields=["-id"], name="exports_access_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.run_id}"


class ColumnChoice(models.Model):
    """Columns that somebody kept under a name, to choose them again."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    format = models.CharField(max_length=8, choices=Format, default=Format.EXCEL_CSV)

    class Meta:
        verbose_name = _("choice of columns")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
