"""Keyset pages: the thousandth costs what the first does."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any

from django.db.models import Expression, Q, QuerySet

from crm.people.models import Person

PAGE = 50


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that people are in the order of. `read` takes a cursor's value, and raises ValueError or TypeError."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value
    compared: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True, slots=True)
class Stretch:
    """People in the order of keys that tell any two of them apart, all upwards or all downwards."""

    keys: tuple[Key, ...]
    is_downwards: bool = False
    only: Q = field(default_factory=Q)
    annotations: Mapping[str, Expression] = field(default_factory=dict)


NEWEST = Stretch(
    (Key("created_at", datetime.fromisoformat, datetime.isoformat), Key("id", int)),
    is_downwards=True,
)


@dataclass(frozen=True, slots=True)
class Page:
    people: Sequence[Person]
    before: str  # cursor of the page before, or nothing
    after: str


def page_of(people: QuerySet[Person], stretches: Sequence[Stretch], *, after: str = "", before: str = "") -> Page:
    """One page of the stretches, which follow each other."""
    backwards = bool(before) and not after
    cursor = _decode(after or before, stretches)
    rows = _rows(people, stretches, cursor, backwards=backwards)
    has_more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    has_before = has_more if backwards else cursor is not None
    has_after = (backwards and cursor is not None) or (has_more and not backwards)
    return Page(
        people=[person for _number, person in rows],
        before=_encode(*rows[0], stretches) if rows and has_before else "",
        after=_encode(*rows[-1], stretches) if rows and has_after else "",
    )


Row = tuple[int, Any]  # the number of the stretch, and the person
Cursor = tuple[int, list[Any]]


def _rows(
    people: QuerySet[Person], stretches: Sequence[Stretch], cursor: Cursor | None, *, backwards: bool
) -> list[Row]:
    """One more than a page holds: whether there is another is known then."""
    start = cursor[0] if cursor else (len(stretches) - 1 if backwards else 0)
    numbers = range(start, -1, -1) if backwards else range(start, len(stretches))
    rows: list[Row] = []
    for number in numbers:
        values = cursor[1] if cursor and cursor[0] == number else None
        found = _ordered(people, stretches[number], values, backwards=backwards)[: PAGE + 1 - len(rows)]
        rows += [(number, person) for person in found]
        if len(rows) > PAGE:
            break
    return rows


def _ordered(
    people: QuerySet[Person], stretch: Stretch, values: list[Any] | None, *, backwards: bool
) -> QuerySet[Person]:
    downwards = stretch.is_downwards != backwards
    keyed = people.annotate(**stretch.annotations) if stretch.annotations else people
    order = [f"-{key.name}" if downwards else key.name for key in stretch.keys]
    beyond = Q() if values is None else _beyond(stretch.keys, values, "lt" if downwards else "gt")
    return keyed.filter(stretch.only).filter(beyond).order_by(*order)


def _beyond(keys: Sequence[Key], values: Sequence[Any], further: str) -> Q:
    """Further than these values; the first key once more by itself, which is what an index takes."""
    *firsts, (last, end) = zip(keys, values, strict=True)
    beyond = Q(**{f"{last.name}__{further}": last.compared(end)})
    for key, value in reversed(firsts):
        same = Q(**{key.name: key.compared(value)})
        beyond = Q(**{f"{key.name}__{further}": key.compared(value)}) | (same & beyond)
    return Q(**{f"{keys[0].name}__{further}e": keys[0].compared(values[0])}) & beyond


def _encode(number: int, person: Any, stretches: Sequence[Stretch]) -> str:
    values = [key.write(getattr(person, key.name)) for key in stretches[number].keys]
    return base64.urlsafe_b64encode(json.dumps([number, *values]).encode()).decode().rstrip("=")


def _decode(cursor: str, stretches: Sequence[Stretch]) -> Cursor | None:
    """None for the first page, and for a cursor that somebody has meddled with."""
    try:
        number, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        number = range(len(stretches)).index(number)
        keys = stretches[number].keys
        return number, [key.read(_kept(value)) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def _kept(value: Any) -> Any:
    """What the database can have told. Raises ValueError."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError
    if isinstance(value, str) and b"\0" in value.encode():  # which refuses half a surrogate pair
        raise ValueError
    return value
