from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    TAG = "tag", _("Tag them")
    UNTAG = "untag", _("Remove a tag")
    RELATE = "relate", _("Set the relationship")
    ASSIGN = "assign", _("Assign a point person")
    ERASE = "erase", _("Erase, after the delay")
