from django.db import models
from django.utils.translation import gettext_lazy as _


class CellState(models.TextChoices):
    EXPECTED = "expected", _("Added, not heard from yet")
    OPEN = "open", _("Takes new campaigns")
    FULL = "full", _("Full: takes no new campaign")
    CLOSED = "closed", _("Closed")


class OpeningState(models.TextChoices):
    """How far the setting up of a campaign has come, as its cell told."""

    QUEUED = "queued", _("Waiting for its cell")
    RUNNING = "running", _("Being set up")
    FAILED = "failed", _("Setting up failed")
    DONE = "done", _("Set up")


class AlarmKind(models.TextChoices):
    """What an operator has to be told of. Each kind says one thing; what it is about stands in the alarm's facts."""

    RESIDENCY = "residency", _("Data out of its region")
    RESIDENCY_SILENT = "residency-silent", _("Residency not checked")
    CELL_SILENT = "cell-silent", _("Cell silent")
    DIRECTORY = "directory", _("Campaigns that differ")


class Country(models.TextChoices):
    FR = "FR", _("France")
    DE = "DE", _("Germany")
    BE = "BE", _("Belgium")
    ES = "ES", _("Spain")
    IE = "IE", _("Ireland")
    IT = "IT", _("Italy")
    LU = "LU", _("Luxembourg")
    NL = "NL", _("Netherlands")
    PL = "PL", _("Poland")
    PT = "PT", _("Portugal")


class OperatorRole(models.TextChoices):
    """What an operator may do in the console: controlplane.permissions has the list."""

    READER = "reader", _("Reads")
    SUPPORT = "support", _("Helps customers")
    ADMINISTRATOR = "administrator", _("Administers")
