from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RecordState(models.TextChoices):
    """Of one record in the DNS of a campaign's own domain."""

    UNKNOWN = "unknown", _("not looked up yet")
    GOOD = "good", pgettext_lazy("DNS record", "in place")
    MISSING = "missing", pgettext_lazy("DNS record", "missing")
    OTHER = "other", pgettext_lazy("DNS record", "says something else")
