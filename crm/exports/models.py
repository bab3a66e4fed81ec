from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.exports.enums import Format


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
