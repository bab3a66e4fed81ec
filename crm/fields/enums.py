from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FieldKind(TextChoices):
    TEXT = "text", pgettext_lazy("field", "Text")
    NUMBER = "number", pgettext_lazy("field", "Number")
    DATE = "date", pgettext_lazy("field", "Date")
    CHOICE = "choice", _("One choice among several")
    CHOICES = "choices", _("Several choices")
    YES_NO = "yes_no", _("Yes or no")


ORDERED = (FieldKind.NUMBER, FieldKind.DATE)  # of which one asks from and to
CHOSEN = (FieldKind.CHOICE, FieldKind.CHOICES)
