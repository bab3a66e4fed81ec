"""Columns that go to the campaign's own fields, and columns that a field is to be made from: «field:3», «new:number»."""

import re
from collections.abc import Callable, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.fields.names import fold
from crm.fields.services import make_field
from crm.fields.values import NO, YES

FIELD, NEW = "field:", "new:"
SURE = 0.95  # of the values look like it
FEW = 20  # choices that a file shows, at most
NUMBER = re.compile(r"[+-]?(0|[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+|[1-9]\d{0,11})(?:[.,]\d{1,6})?")
DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d(?:[T ].*)?")
SEPARATOR = re.compile(r"\s*[,;|\n]\s*")
KINDS: Mapping[str, str | Promise] = {
    FieldKind.TEXT: _("Make a field: text"),
    FieldKind.NUMBER: _("Make a field: number"),
    FieldKind.DATE: _("Make a field: date"),
    FieldKind.CHOICE: _("Make a field: one choice"),
    FieldKind.CHOICES: _("Make a field: several choices"),
    FieldKind.YES_NO: _("Make a field: yes or no"),
}


def target_of(field: CustomField) -> str:
    return f"{FIELD}{field.key}"


def own_targets() -> dict[str, str]:
    """By the folded names of the fields in use."""
    return {field.folded: target_of(field) for field in CustomField.objects.active()}


def field_columns(mapping: Mapping[str, str]) -> dict[int, int]:
    """Columns of the file, and the keys of the fields that they go to."""
    return {
        int(number): int(target.removeprefix(FIELD)) for number, target in mapping.items() if target.startswith(FIELD)
    }


def guess_kind(values: Sequence[str]) -> FieldKind:
    """What the values look like; text when in doubt."""
    if not values:
        return FieldKind.TEXT
    if _share(values, lambda value: value.casefold() in YES | NO) >= SURE and len({*map(str.casefold, values)}) > 1:
        return FieldKind.YES_NO
    if _share(values, lambda value: bool(NUMBER.fullmatch(value))) >= SURE:
        return FieldKind.NUMBER
    if _share(values, lambda value: bool(DAY.fullmatch(value))) >= SURE:
        return FieldKind.DATE
    return _guess_choices(values)


def make_fields(columns: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping with a field made for each column that asks for one. Raises what crm.fields.services raises."""
    made = {
        number: target_of(make_field(name=field_name(columns[int(number)]), kind=target.removeprefix(NEW)))
        for number, target in mapping.items()
        if target.startswith(NEW)
    }
    return {**mapping, **made}


def field_name(column: str) -> str:
    """«mandat_local» is read as a person would write it."""
    words = re.sub(r" \(\d+\)$", "", column).replace("_", " ").split()
    name = " ".join(words)[:80]
    return name[:1].upper() + name[1:]


def is_nameable(column: str) -> bool:
    return bool(fold(column))


def _share(values: Sequence[str], looks_like: Callable[[str], bool]) -> float:
    return sum(map(looks_like, values)) / len(values)


def _guess_choices(values: Sequence[str]) -> FieldKind:
    short = [value for value in values if len(value) <= 60]  # the others are no choices, and long to cut into parts
    if len(short) < SURE * len(values):
        return FieldKind.TEXT
    parts = [part for value in short for part in SEPARATOR.split(value) if part]
    several = _share(values, lambda value: len(value) <= 60 and len(SEPARATOR.split(value)) > 1)
    distinct = len({fold(part) for part in parts})
    if distinct > FEW or len(parts) < 3 * distinct:
        return FieldKind.TEXT
    return FieldKind.CHOICES if several >= 0.1 else FieldKind.CHOICE
