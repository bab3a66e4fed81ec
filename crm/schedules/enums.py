from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Place(models.TextChoices):
    """Where the file lies."""

    WEB = "web", _("At an address (https)")
    BUCKET = "bucket", _("In an S3 bucket of ours")


class Rhythm(models.TextChoices):
    HOURLY = "hourly", _("Every hour")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")


class Weekday(models.IntegerChoices):
    MONDAY = 0, pgettext_lazy("in a list of days", "Monday")
    TUESDAY = 1, pgettext_lazy("in a list of days", "Tuesday")
    WEDNESDAY = 2, pgettext_lazy("in a list of days", "Wednesday")
    THURSDAY = 3, pgettext_lazy("in a list of days", "Thursday")
    FRIDAY = 4, pgettext_lazy("in a list of days", "Friday")
    SATURDAY = 5, pgettext_lazy("in a list of days", "Saturday")
    SUNDAY = 6, pgettext_lazy("in a list of days", "Sunday")


class Outcome(models.TextChoices):
    FETCHING = "fetching", pgettext_lazy("fetch", "under way")
    IMPORTING = "importing", pgettext_lazy("fetch", "being imported")
    IMPORTED = "imported", pgettext_lazy("fetch", "imported")
    SAME = "same", pgettext_lazy("fetch", "same file as before")
    FAILED = "failed", pgettext_lazy("fetch", "failed")


UNDER_WAY = (Outcome.FETCHING, Outcome.IMPORTING)
