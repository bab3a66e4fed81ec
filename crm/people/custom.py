"""Values of the campaign's own fields, beside the columns that every person has: «custom.3» is the name of field 3's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.fields.models import CustomField
from crm.fields.queries import active_fields, fields_by_key
from crm.fields.values import ValueUnreadable, read_value, shown_value
from crm.people.entries import CaptureWarning
from crm.people.models import Person

PREFIX = "custom."


@dataclass(frozen=True, slots=True)
class CustomRow:
    field: CustomField
    text: str


def named(values: Mapping[str, Any]) -> dict[str, Any]:
    """By the names that a person's other fields have."""
    return {f"{PREFIX}{key}": value for key, value in values.items()}


def is_custom(name: str) -> bool:
    return name.startswith(PREFIX)


def value_of(person: Person, name: str) -> Any:
    return person.custom.get(name.removeprefix(PREFIX)) if is_custom(name) else getattr(person, name)


def put_value(person: Person, name: str, value: Any) -> None:
    if not is_custom(name):
        setattr(person, name, value)
        return
    rest = {key: held for key, held in person.custom.items() if key != name.removeprefix(PREFIX)}
    person.custom = rest if value in (None, "", []) else {**rest, name.removeprefix(PREFIX): value}


def columns_of(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys("custom" if is_custom(name) else name for name in names))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What became of each value between two states of `custom`, by name."""
    keys = sorted({*old, *new})
    return {f"{PREFIX}{key}": [old.get(key), new.get(key)] for key in keys if old.get(key) != new.get(key)}


def read_told(told: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[CaptureWarning, ...]]:
    """What was told of fields, by key, and what could not be read of it."""
    if not told:
        return {}, ()
    fields = fields_by_key()
    values: dict[str, Any] = {}
    warnings: list[CaptureWarning] = []
    for key, text in told.items():
        try:
            value = _read(fields.get(key), text)
        except ValueUnreadable:
            warnings.append(CaptureWarning(f"{PREFIX}{key}", str(text)[:200], "not_a_value"))
        else:
            values |= {} if value is None else {key: value}
    return values, tuple(warnings)


def _read(field: CustomField | None, told: object) -> Any:
    if field is None or field.archived_at is not None:
        raise ValueUnreadable
    return read_value(field, told)


def custom_rows(person: Person) -> list[CustomRow]:
    """The fields in use that she has a value of, in the campaign's order."""
    if not person.custom:
        return []
    rows = [(field, person.custom.get(str(field.key))) for field in active_fields()]
    return [CustomRow(field, shown_value(field, value)) for field, value in rows if value is not None]
