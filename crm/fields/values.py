"""A value in its one JSON form for each kind: read from whatever was typed, and written in words.

text "M"; number 12 or 12.5; date "2026-03-15"; choice 7, the choice's id; several choices [7, 9]; yes or no true or false.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.fields.names import fold

Value = str | int | float | bool | list[int]
LONGEST = 500
LARGEST = 10**12
DECIMALS = 6
EARLIEST, LATEST = date(1800, 1, 1), date(2200, 12, 31)
YES = frozenset(["1", "oui", "yes", "o", "y", "true", "vrai", "x", "ok", "on"])
NO = frozenset(["0", "non", "no", "n", "false", "faux", "off"])


class ValueUnreadable(Exception):
    """This is no value of the field."""


def read_value(field: CustomField, told: object) -> Value | None:
    """None for nothing. Raises ValueUnreadable."""
    if told is None or (isinstance(told, str) and not told.strip()) or told in ([], ()):
        return None
    return _READ[FieldKind(field.kind)](field, told)


def shown_value(field: CustomField, value: Any) -> str:
    match field.kind:
        case FieldKind.YES_NO:
            return _("yes") if value else _("no")
        case FieldKind.DATE:
            return date_format(date.fromisoformat(str(value)), "j F Y")
        case FieldKind.NUMBER:
            return str(number_format(value, use_l10n=True, force_grouping=True))
        case FieldKind.CHOICE | FieldKind.CHOICES:
            names = field.choice_names
            return ", ".join(names[pk] for pk in (value if isinstance(value, list) else [value]) if pk in names)
        case _:
            return str(value)


def _text(field: CustomField, told: object) -> str:
    words = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", str(told)).split())
    if len(words) > LONGEST:
        raise ValueUnreadable
    return words


def _number(field: CustomField, told: object) -> int | float:
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        raise ValueUnreadable
    text = re.sub(r"[\s\u00a0\u202f']", "", str(told)).replace(",", ".")
    try:
        number = round(float(text), DECIMALS)
    except ValueError:
        raise ValueUnreadable from None
    if not -LARGEST <= number <= LARGEST:
        raise ValueUnreadable
    return int(number) if number == int(number) else number


def _date(field: CustomField, told: object) -> str:
    day = told.date() if isinstance(told, datetime) else told
    if isinstance(told, str):
        day = _day_in(told.strip())
    if not isinstance(day, date) or not EARLIEST <= day <= LATEST:
        raise ValueUnreadable
    return day.isoformat()


def _day_in(text: str) -> date | None:
    for style in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, style).date()  # noqa: DTZ007 -- a day has no time zone
        except ValueError:
            continue
    return None


def _choice(field: CustomField, told: object) -> int:
    if isinstance(told, int) and not isinstance(told, bool) and told in field.choice_names:
        return told
    by_name = {choice.folded: choice.pk for choice in field.choices.all()}
    found = by_name.get(fold(str(told))[:100])
    if found is None:
        raise ValueUnreadable
    return found


def _choices(field: CustomField, told: object) -> list[int]:
    entries: list[object] = list(told) if isinstance(told, list | tuple) else list(re.split(r"[,;|\n]", str(told)))
    return sorted({_choice(field, entry) for entry in entries if str(entry).strip()})


def _yes_no(field: CustomField, told: object) -> bool:
    if isinstance(told, bool):
        return told
    word = str(told).strip().casefold()
    if word not in YES | NO:
        raise ValueUnreadable
    return word in YES


_READ: dict[FieldKind, Callable[[CustomField, object], Value]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.YES_NO: _yes_no,
}
