"""Who changed which datum of a person, when, from what to what, and where the new value came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.access.queries import members_named
from crm.people.fields import FieldWords
from crm.people.models import Person, PersonChange
from crm.people.profile import source_of
from crm.people.queries import rows_of

ACTS = 50  # on a page


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    field: str
    label: str
    before: str
    after: str
    source: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    lines: Sequence[HistoryLine]
    older_than: int | None  # the act where the next page begins


def history_of(person: Person, *, field: str = "", before: int | None = None) -> History:
    """Latest first, with what was said of the rows that were merged into hers; `field` shows one datum only."""
    acts = PersonChange.objects.filter(person__in=rows_of(person)).exclude(changes={}).order_by("-id")
    if field:
        acts = acts.filter(changes__has_key=field)
    if before:
        acts = acts.filter(pk__lt=before)
    found = list(acts[: ACTS + 1])
    names = members_named({act.actor_id for act in found if act.actor_id})
    words = FieldWords()
    lines = [
        _line(act, name, values, words, names)
        for act in found[:ACTS]
        for name, values in act.changes.items()
        if not field or name == field
    ]
    return History(lines, found[ACTS - 1].pk if len(found) > ACTS else None)


def _line(act: PersonChange, name: str, values: list[Any], words: FieldWords, names: Mapping[int, str]) -> HistoryLine:
    before, after = values
    return HistoryLine(
        at=act.at,
        field=name,
        label=words.label(name),
        before=words.shown(name, before),
        after=words.shown(name, after),
        source=source_of(act),
        actor=names.get(act.actor_id or 0, ""),
        reason=act.reason,
    )
