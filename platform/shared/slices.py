"""Long lists of what happened, newest first, a slice at a time by the rows' ids: the oldest slice costs what the newest does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from shared.numbers import number

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """`older` and `newer` are what to ask for next, 0 where there is nothing."""

    rows: list[Row]
    older: int = 0
    newer: int = 0


def slice_of(rows: QuerySet[Row], query: Mapping[str, Any], *, size: int) -> Slice[Row]:
    """As an address asks for it: `older=<id>` or `newer=<id>`. What is no number is the first slice."""
    older, newer = (number(query.get(name)) for name in ("older", "newer"))
    if newer and not older:
        return _back(rows, newer, size)
    found = list((rows.filter(pk__lt=older) if older else rows).order_by("-pk")[: size + 1])
    shown = found[:size]
    return Slice(shown, older=shown[-1].pk if len(found) > size else 0, newer=shown[0].pk if older and shown else 0)


def _back(rows: QuerySet[Row], newer: int, size: int) -> Slice[Row]:
    found = list(rows.filter(pk__gt=newer).order_by("pk")[: size + 1])
    shown = found[:size][::-1]
    return Slice(shown, older=shown[-1].pk if shown else 0, newer=shown[0].pk if len(found) > size else 0)
