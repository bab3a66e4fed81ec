"""Columns that go to the campaign's own fields, and columns that a field is to be made from: «field:3», «new:number»."""

import re
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.fields.names import fold
from crm.fields.services import MOST_FIELDS, make_field
from crm.fields.values import NO, YES
from crm.imports.nationbuilder import Fact, fact_of
from tenants.context import current_tenant

FIELD, NEW = "field:", "new:"
SURE = 0.95  # of the values look like it
FEW = 20  # choices that a file shows, at most
NUMBER = re.compile(r"[+-]?(0|[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+|[1-9]\d{0,11})(?:[.,]\d{1,6})?")
DAY = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)(?:[T ].*)?")
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
    """By the folded names of the fields; nothing where one is archived, whose name is taken all the same."""
    return {field.folded: "" if field.archived_at else target_of(field) for field in CustomField.objects.all()}


def room_for_fields() -> int:
    return max(0, MOST_FIELDS - CustomField.objects.active().count())


def field_columns(mapping: Mapping[str, str]) -> dict[int, int]:
    """Columns of the file, and the keys of the fields that they go to."""
    return {
        int(number): int(target.removeprefix(FIELD)) for number, target in mapping.items() if target.startswith(FIELD)
    }


def guess_kind(values: Sequence[str]) -> FieldKind:
    """What the values look like; text when in doubt."""
    if not values:
        return FieldKind.TEXT
    if _look_like(FieldKind.YES_NO, values) and len({*map(str.casefold, values)}) > 1:
        return FieldKind.YES_NO
    for kind in (FieldKind.NUMBER, FieldKind.DATE):
        if _look_like(kind, values):
            return kind
    return _guess_choices(values)


def kind_of_fact(fact: Fact, values: Sequence[str]) -> FieldKind:
    """The kind that it has, unless the values would not go in."""
    return fact.kind if fact.kind and _look_like(fact.kind, values) else guess_kind(values)


def make_fields(columns: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping with a field made for each column that asks for one. Raises what crm.fields.services raises."""
    made = {
        number: target_of(make_field(name=field_name(int(number), columns), kind=target.removeprefix(NEW)))
        for number, target in mapping.items()
        if target.startswith(NEW)
    }
    return {**mapping, **made}


def field_name(number: int, columns: Sequence[str]) -> str:
    """Of the field to be made from a column: «mandat_local» is read as a person would write it."""
    if fact := fact_of(number, columns):
        tenant = current_tenant()
        with override(tenant.language if tenant else settings.LANGUAGE_CODE):  # the team's, whoever brings the file
            return str(fact.name)
    words = re.sub(r" \(\d+\)$", "", columns[number]).replace("_", " ").split()
    name = " ".join(words)[:80]
    return name[:1].upper() + name[1:]


def is_nameable(column: str) -> bool:
    return bool(fold(column))


LOOKS: Mapping[FieldKind, Callable[[str], bool]] = {
    FieldKind.YES_NO: lambda value: value.casefold() in YES | NO,
    FieldKind.NUMBER: lambda value: bool(NUMBER.fullmatch(value)),
    FieldKind.DATE: lambda value: bool(DAY.fullmatch(value)),
}


def _look_like(kind: FieldKind, values: Sequence[str]) -> bool:
    return _share(values, LOOKS[kind]) >= SURE


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
