from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from crm.access.enums import EXPORTS, ON_PEOPLE, Access
from crm.access.models import AccessEntry
from crm.access.naming import Named, Taken, names_of, taken_by
from shared.once import once

NOTHING = Taken()
GROUPS: dict[str, Sequence[Access]] = {
    "people": ON_PEOPLE,
    "exports": EXPORTS,
    "files": (Access.REJECTED, Access.RECIPIENTS, Access.LOG_TAKEN),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with the names that its ids have today."""

    entry: AccessEntry
    by: str
    person: Named | None
    taken: Taken = NOTHING


def accesses(
    *, group: str = "", by: int | None = None, days: int | None = None, now: datetime
) -> QuerySet[AccessEntry]:
    """Newest first."""
    found = AccessEntry.objects.order_by("-at", "-id")
    if group in GROUPS:
        found = found.filter(kind__in=GROUPS[group])
    if by:
        found = found.filter(by_id=by)
    return found.filter(at__gte=now - timedelta(days=days)) if days else found


def accesses_to(person_ids: Iterable[int]) -> QuerySet[AccessEntry]:
    """Who looked at her or opened a file of hers: what an answer to a request for access may tell."""
    return AccessEntry.objects.filter(person_id__in=list(person_ids)).order_by("-id")


def accesses_about(about: str) -> QuerySet[AccessEntry]:
    """What became of one export, in the order of events."""
    return AccessEntry.objects.filter(about=about).order_by("id")


def lines_of(entries: Iterable[AccessEntry]) -> list[Line]:
    found = list(entries)
    members = members_named({one.by_id for one in found if one.by_id})
    people = names_of({one.person_id for one in found if one.person_id})
    exports = [one for one in found if one.details]
    taken = dict(zip((one.pk for one in exports), taken_by([one.details for one in exports]), strict=True))
    return [
        Line(one, members.get(one.by_id or 0, ""), people.get(one.person_id or 0), taken.get(one.pk, NOTHING))
        for one in found
    ]


def looks_at(person_ids: Iterable[int], *, most: int) -> list[Line]:
    """The latest, for her own page: who she is need not be looked up there."""
    found = list(accesses_to(person_ids)[:most])
    members = members_named({one.by_id for one in found if one.by_id})
    return [Line(one, members.get(one.by_id or 0, ""), None) for one in found]


def members_named(ids: set[int]) -> Mapping[int, str]:
    """The whole team where it is asked for anybody: many parts of a page name one or another of a few."""
    members: Any = get_user_model().objects
    return once("members_named", lambda: {one.pk: one.get_full_name() for one in members.all()}) if ids else {}


def members_logged() -> list[tuple[int, str]]:
    """Everybody of the team, those who left too: their lines stay."""
    members: Any = get_user_model().objects.order_by("first_name", "last_name", "pk")
    return [(member.pk, member.get_full_name()) for member in members]
