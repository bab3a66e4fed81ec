from django.db import models
from django.utils.translation import gettext_lazy as _


class Impact(models.TextChoices):
    MAINTENANCE = "maintenance", _("Planned work")
    MINOR = "minor", _("Slower or in part")
    MAJOR = "major", _("Out of service")


class IncidentState(models.TextChoices):
    LOOKING = "looking", _("We are looking for the cause")
    MENDING = "mending", _("We are mending it")
    WATCHING = "watching", _("Mended, we are watching")
    OVER = "over", _("Over")


class CellCondition(models.TextChoices):
    UP = "up", _("working")
    TROUBLED = "troubled", _("in part")
    DOWN = "down", _("out of service")
    UNKNOWN = "unknown", _("not known")
