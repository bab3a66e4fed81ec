"""The list of people: filters, keyset pages, counts that stay cheap at a million."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from crm.consent.enums import Channel
from crm.geo.queries import find_commune
from crm.people.expressions import Folded
from crm.people.models import Person
from crm.people.quality import lacking
from crm.people.reach import reachable
from crm.people.searching import people_alike, people_matching

PAGE = 50
COUNTED = 20_000  # beyond, the planner's estimate
CITIES = {"75056": "751", "69123": "6938", "13055": "132"}


@dataclass(frozen=True, slots=True)
class Filters:
    text: str = ""
    tag: int | None = None
    departement: str = ""
    commune: str = ""
    level: int | None = None
    channel: str = ""
    since: int | None = None  # days
    source: str = ""
    relationship: str = ""
    lacks: str = ""  # one of crm.people.quality.LABELS
    sort: str = ""  # "" newest first, "name"

    @property
    def is_empty(self) -> bool:
        return self == Filters(sort=self.sort)


@dataclass(frozen=True, slots=True)
class Counted:
    number: int
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class Page:
    people: Sequence[Person]
    before: str  # cursor of the page before, or nothing
    after: str


def people_for(filters: Filters, *, now: datetime, alike: bool = False) -> QuerySet[Person]:
    """With `alike`, the names that are nearly so: to be read within `searching.alike()`."""
    people = people_alike(filters.text) if alike else people_matching(filters.text)
    if filters.tag:
        people = people.filter(tag_ids__contains=[filters.tag])
    if filters.commune:
        people = people.filter(_in_commune(filters.commune))
    elif filters.departement:
        people = people.filter(departement_code=filters.departement)
    if filters.channel in Channel.values:
        people = reachable(people, filters.channel)
    if filters.since:
        people = people.filter(created_at__gte=now - timedelta(days=filters.since))
    columns = {
        "support_level": filters.level,
        "source_kind": filters.source,
        "relationship": filters.relationship,
    }
    people = people.filter(**{column: value for column, value in columns.items() if value})
    return people.filter(lacking(filters.lacks, now=now)) if filters.lacks else people


def page_of(people: QuerySet[Person], *, sort: str, after: str = "", before: str = "") -> Page:
    """One page by keyset: the thousandth costs what the first does."""
    backwards = bool(before) and not after
    cursor = _decode(after or before, sort)
    keyed = people.annotate(last_key=Folded("last_name"), first_key=Folded("first_name")) if sort == "name" else people
    ordered = keyed.filter(_beyond(sort, cursor, backwards=backwards)).order_by(*_order(sort, backwards=backwards))
    rows = list(ordered[: PAGE + 1])
    has_more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    has_before = has_more if backwards else cursor is not None
    has_after = (backwards and cursor is not None) or (has_more and not backwards)
    return Page(
        people=rows,
        before=_encode(rows[0], sort) if rows and has_before else "",
        after=_encode(rows[-1], sort) if rows and has_after else "",
    )


def count_of(people: QuerySet[Person], *, exact: bool = False) -> Counted:
    """Exact while it is cheap, then the planner's guess, rounded to say that it is one."""
    plain = people.order_by()
    if exact:
        return Counted(plain.count(), is_estimate=False)
    counted = plain.values("pk")[: COUNTED + 1].count()
    if counted <= COUNTED:
        return Counted(counted, is_estimate=False)
    plan = json.loads(plain.values("pk").explain(format="json"))
    return Counted(max(COUNTED, _rounded(int(plan[0]["Plan"]["Plan Rows"]))), is_estimate=True)


def everyone_count() -> Counted:
    """How many the campaign knows: from the table's statistics once they are many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'people_person'::regclass")
        estimate = int(cursor.fetchone()[0])
    if estimate > COUNTED * 5:
        return Counted(_rounded(estimate), is_estimate=True)
    return Counted(Person.objects.alive().count(), is_estimate=False)


def _in_commune(code: str) -> Q:
    condition = Q(commune_code=code)
    if code in CITIES:  # the city's arrondissements are of the city
        condition |= Q(commune_code__startswith=CITIES[code])
    commune = find_commune(code)
    return condition & Q(departement_code=commune.departement) if commune else condition


def _order(sort: str, *, backwards: bool) -> list[str]:
    if sort == "name":
        order = ["last_key", "first_key", "id"]
        return [f"-{field}" for field in order] if backwards else order
    return ["created_at", "id"] if backwards else ["-created_at", "-id"]


def _beyond(sort: str, cursor: list[Any] | None, *, backwards: bool) -> Q:
    if cursor is None:
        return Q()
    if sort == "name":
        last, first, pk = cursor
        beyond = "lt" if backwards else "gt"
        same_last = Q(last_key=last) & (
            Q(**{f"first_key__{beyond}": first}) | Q(first_key=first, **{f"id__{beyond}": pk})
        )
        return Q(**{f"last_key__{beyond}e": last}) & (Q(**{f"last_key__{beyond}": last}) | same_last)
    at, pk = cursor
    beyond = "gt" if backwards else "lt"
    return Q(**{f"created_at__{beyond}e": at}) & (Q(**{f"created_at__{beyond}": at}) | Q(**{f"id__{beyond}": pk}))


def _encode(person: Any, sort: str) -> str:
    values: list[Any] = [person.created_at.isoformat(), person.pk]
    if sort == "name":
        values = [person.last_key, person.first_key, person.pk]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _decode(cursor: str, sort: str) -> list[Any] | None:
    """None for the first page, and for a cursor that somebody has meddled with."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if sort == "name":
            last, first, pk = values
            return [str(last), str(first), int(pk)]
        at, pk = values
        return [datetime.fromisoformat(at), int(pk)]
    except (ValueError, TypeError):
        return None


def _rounded(number: int) -> int:
    if number < 1000:
        return number
    digits = floor(log10(number)) - 2
    return round(number, -digits)
