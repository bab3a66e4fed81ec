from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of the team may do. Each value is also the name of a group, which carries Wagtail's permissions."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    COMMUNICATIONS = "communications", _("Communications")
    READER = "reader", _("Reader")
