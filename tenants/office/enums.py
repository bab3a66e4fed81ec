from django.db import models
from django.utils.translation import gettext_lazy as _


class FactorEventKind(models.TextChoices):
    """What happened to second factors in this office."""

    SET_UP = "set_up", _("second factor set up")
    REMOVED = "removed", _("second factor removed")
    RESET = "reset", _("second factor reset")
    CODES_RENEWED = "codes_renewed", _("recovery codes renewed")
    RECOVERY_CODE = "recovery_code", _("recovery code used")
    REQUIRED = "required", _("second factor required of everybody")
    NOT_REQUIRED = "not_required", _("second factor no longer required")
