from django.db import models
from django.utils.translation import gettext_lazy as _


class OperatorRole(models.TextChoices):
    """What an operator may do in the console: controlplane.operators.permissions has the list."""

    READER = "reader", _("Reads")
    SUPPORT = "support", _("Helps customers")
    ADMINISTRATOR = "administrator", _("Administers")
