"""The list of people: filters, keyset pages, counts that stay cheap at a million."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import floor, log10

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from crm.consent.enums import Channel
from crm.geo.queries import find_commune
from crm.people.days import beginning_of
from crm.people.groups import Group
from crm.people.models import Person
from crm.people.own_filters import OwnFilter, own_condition
from crm.people.paging import Page, Stretch, page_of
from crm.people.quality import lacking
from crm.people.reach import reachable
from crm.people.searching import people_alike, people_around, people_matching

COUNTED = 10_000  # beyond, the planner's estimate: as many more take 13 ms each time that a list is shown
GATHERED = 20_000  # people who are sooner found and put in order than met among all
Matching = Callable[[str], QuerySet[Person]]
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
    own: tuple[OwnFilter, ...] = ()
    groups: tuple[Group, ...] = ()
    is_unread: bool = False  # something else was asked, and not understood: nobody is shown
    sort: str = ""  # of crm.people.orders.ORDERS, or "f3" by the campaign's own field 3

    @property
    def is_empty(self) -> bool:
        return self == Filters(sort=self.sort)


@dataclass(frozen=True, slots=True)
class Counted:
    number: int
    is_estimate: bool
    is_cut: bool = False  # there may be more, who are not shown


def people_for(filters: Filters, *, now: datetime, matching: Matching = people_matching) -> QuerySet[Person]:
    """`matching`: how the text is understood."""
    if filters.is_unread:
        return Person.objects.none()
    people = matching(filters.text)
    if filters.tag:
        people = people.filter(tag_ids__contains=[filters.tag])
    people = people.filter(_living(filters))
    if filters.channel in Channel.values:
        people = reachable(people, filters.channel)
    if filters.since:
        people = people.filter(created_at__gte=beginning_of(filters.since, now=now))
    columns = {
        "support_level": filters.level,
        "source_kind": filters.source,
        "relationship": filters.relationship,
    }
    people = people.filter(**{column: value for column, value in columns.items() if value})
    for asked in filters.own:
        people = people.filter(own_condition(asked))
    for group in filters.groups:
        people = group.among(people, now=now)
    return people.filter(lacking(filters.lacks, now=now)) if filters.lacks else people


def page_for(filters: Filters, order: Sequence[Stretch], *, now: datetime, after: str = "", before: str = "") -> Page:
    """One page of the list. How a group's people are come by is its app's business."""

    def read(people: QuerySet[Person]) -> Page:
        return page_of(people, order, after=after, before=before)

    if not filters.groups:
        return read(people_for(filters, now=now))
    group, others = _first_group(filters)
    return group.page(people_for(others, now=now), read, now=now, is_alone=others.is_empty)


def page_alike(filters: Filters, order: Sequence[Stretch], *, now: datetime) -> Page | None:
    """The first page of those who may be meant by a text that fits nobody: by their names, else by where they live."""
    found = (_page_of_few(people_for(filters, now=now, matching=one), order) for one in (people_alike, people_around))
    return next((replace(page, before="", after="") for page in found if page.people), None)


def _page_of_few(people: QuerySet[Person], order: Sequence[Stretch]) -> Page:
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner takes rare words for more common than they are, and would read people until a page is full.
        if guess_of(people).number < GATHERED:
            cursor.execute("SET LOCAL enable_indexscan = off")
        page = page_of(people, order)
        cursor.execute("SET LOCAL enable_indexscan = on")
    return page


def count_for(filters: Filters, *, now: datetime, exact: bool = False) -> Counted:
    if not filters.groups:
        return count_of(people_for(filters, now=now), exact=exact)
    group, others = _first_group(filters)
    return group.count(people_for(others, now=now), now=now, exact=exact, is_alone=others.is_empty)


def _first_group(filters: Filters) -> tuple[Group, Filters]:
    return filters.groups[0], replace(filters, groups=filters.groups[1:])


def count_of(people: QuerySet[Person], *, exact: bool = False) -> Counted:
    """Exact while it is cheap, then the planner's guess, rounded to say that it is one."""
    plain = people.order_by()
    if exact:
        return Counted(plain.count(), is_estimate=False)
    counted = plain.values("pk")[: COUNTED + 1].count()
    if counted <= COUNTED:
        return Counted(counted, is_estimate=False)
    return Counted(max(COUNTED, guess_of(plain).number), is_estimate=True)


def guess_of(people: QuerySet[Person]) -> Counted:
    """The planner's, without a look at anybody."""
    told = people.order_by().values("pk").explain(format="json")
    if not told:  # Django knows that there is nobody
        return Counted(0, is_estimate=False)
    return Counted(rounded(int(json.loads(told)[0]["Plan"]["Plan Rows"])), is_estimate=True)


def everyone_count() -> Counted:
    """How many the campaign knows: from the table's statistics once they are many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'people_person'::regclass")
        estimate = int(cursor.fetchone()[0])
    if estimate > COUNTED * 10:
        return Counted(rounded(estimate), is_estimate=True)
    return Counted(Person.objects.alive().count(), is_estimate=False)


def _living(filters: Filters) -> Q:
    if filters.commune:
        return _in_commune(filters.commune)
    return Q(departement_code=filters.departement) if filters.departement else Q()


def _in_commune(code: str) -> Q:
    condition = Q(commune_code=code)
    if code in CITIES:  # the city's arrondissements are of the city
        condition |= Q(commune_code__startswith=CITIES[code])
    commune = find_commune(code)
    return condition & Q(departement_code=commune.departement) if commune else condition


def rounded(number: int) -> int:
    if number < 1000:
        return number
    digits = floor(log10(number)) - 2
    return round(number, -digits)
