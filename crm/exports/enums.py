from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Format(TextChoices):
    EXCEL_CSV = "excel", _("CSV for Excel in French (semicolons)")
    CSV = "csv", _("CSV for other programs (commas)")
    XLSX = "xlsx", _("Excel workbook (XLSX)")
    JSON = "json", _("JSON, for programs")


class Access(TextChoices):
    ASKED = "asked", pgettext_lazy("export", "asked for")
    WRITTEN = "written", pgettext_lazy("export", "written")
    FETCHED = "fetched", pgettext_lazy("export", "downloaded")
    DELETED = "deleted", pgettext_lazy("export", "deleted")
