from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Format(TextChoices):
    EXCEL_CSV = "excel", _("CSV for Excel in French (semicolons)")
    CSV = "csv", _("CSV for other programs (commas)")
    XLSX = "xlsx", _("Excel workbook (XLSX)")
    JSON = "json", _("JSON, for programs")
