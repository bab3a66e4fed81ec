from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Gender(TextChoices):
    UNKNOWN = "", _("not said")
    FEMALE = "f", pgettext_lazy("gender", "female")
    MALE = "m", pgettext_lazy("gender", "male")
    OTHER = "x", pgettext_lazy("gender", "other")


class AddressStatus(TextChoices):
    UNKNOWN = "unknown", pgettext_lazy("address", "not checked")
    OK = "ok", pgettext_lazy("address", "works")
    BAD = "bad", pgettext_lazy("address", "does not work")


class TagColor(TextChoices):
    """Names of pairs of colors in the stylesheet, contrast checked there."""

    INK = "encre", _("ink")
    PEN = "plume", _("blue")
    CURTAIN = "rideau", _("ochre")
    GREEN = "oui", _("green")
    RED = "non", _("red")


SUPPORT_LEVELS = {
    1: _("Strong support"),
    2: _("Support"),
    3: _("Undecided"),
    4: _("Opposed"),
    5: _("Strongly opposed"),
}
