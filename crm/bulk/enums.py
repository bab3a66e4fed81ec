from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    TAG = "tag", _("Put a tag")
    UNTAG = "untag", _("Take a tag away")
    RELATE = "relate", _("Set the relationship")
    ERASE = "erase", _("Erase, after the delay")
