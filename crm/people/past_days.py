"""Days that have passed, as they are typed: a slip of the year is told, never kept."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

EARLIEST = date(1900, 1, 1)


def check_birth_date(day: date) -> None:
    """Raises ValidationError."""
    if not _has_passed(day):
        raise ValidationError(_("A date of birth lies between 1900 and today: please check the year."))


def check_past_day(day: date) -> None:
    """Raises ValidationError."""
    if not _has_passed(day):
        raise ValidationError(_("This day has not come yet, or is too long ago: please check it."))


def _has_passed(day: date) -> bool:
    return EARLIEST <= day <= timezone.localdate()


class PastDayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"min": EARLIEST.isoformat()}, format="%Y-%m-%d")

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, extra_attrs) | {"max": timezone.localdate().isoformat()}
