"""Names that can be seen: signs of no width and accents without a letter make none."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

UNSEEN = ("C", "M", "Z")  # controls and formats, combining marks, blanks


def is_visible(text: str) -> bool:
    return any(unicodedata.category(sign)[0] not in UNSEEN for sign in text)


def validate_visible(text: str) -> None:
    """For the form fields that name something; nothing at all is another matter."""
    if text and not is_visible(text):
        raise ValidationError(_("There is no sign in it that can be seen."), code="invisible")
