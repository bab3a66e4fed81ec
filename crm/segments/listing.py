"""People who fit a tree in the list of people: exactly they, in the list's order, quick whatever the planner thinks of them.

Left to choose, it takes a page's fifty for soon found and walks a million people who are not in a small segment, or asks
all the conditions of everybody to show the first fifty of a large one. About how many there are is known from the sample.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import QuerySet

from crm.people.groups import Group, Read
from crm.people.listing import Counted, count_of, guess_of
from crm.people.models import Person
from crm.people.paging import Page
from crm.segments.compiler import condition_of
from crm.segments.counting import LONGER, PATIENCE, OutOfTime, figures_of, is_small, patience
from crm.segments.estimating import KEPT, Sample, key_of
from crm.segments.models import Segment
from crm.segments.queries import people_matching_tree, sound_tree_of, tree_of
from crm.segments.tree import CriteriaInvalid, Node
from shared.numbers import number
from shared.once import once

FEW = 5_000  # people: so many are found first and sorted then; of more, one in two hundred is met on the way


@dataclass(frozen=True, slots=True)
class CriteriaGroup(Group):
    """Whoever fits these criteria. Apps whose own groups are a criterion of segments say in `to_json` how to find them again."""

    pk: int
    name: str
    criteria: Mapping[str, Any]

    def among(self, people: QuerySet[Person], *, now: datetime) -> QuerySet[Person]:
        try:
            return people.filter(condition_of(tree_of(self.criteria), now=now))
        except CriteriaInvalid:
            return people.none()

    def page(self, people: QuerySet[Person], read: Read, *, now: datetime, is_alone: bool) -> Page:
        those = self.among(people, now=now)
        if is_small() or not self._is_understood:
            return read(those)
        if (ids := self._few(now)) is not None:
            with without("indexscan"):
                return read(people.filter(pk__in=ids))
        return self._page_of_many(those, read, is_alone=is_alone)

    def count(self, people: QuerySet[Person], *, now: datetime, exact: bool, is_alone: bool) -> Counted:
        if not self._is_understood:
            return Counted(0, is_estimate=False)
        if is_alone:
            figures = figures_of(tree_of(self.criteria), now=now, exact=exact)
            return Counted(figures.total, figures.is_estimate)
        those = self.among(people, now=now)
        if is_small():
            return count_of(those, exact=exact)
        if (ids := self._few(now)) is not None:
            return count_of(people.filter(pk__in=ids), exact=exact)
        try:
            with patience(PATIENCE if exact else LONGER):
                return count_of(those, exact=exact)
        except OutOfTime:
            return guess_of(those)

    @property
    def _is_understood(self) -> bool:
        try:
            sound_tree_of(self.criteria)
        except CriteriaInvalid:
            return False
        return True

    def _few(self, now: datetime) -> list[int] | None:
        """All of them by their ids, where they are few; asked without a limit, which the planner would hope to reach soon."""
        node = tree_of(self.criteria)
        if Sample([node], now=now).people(node) > FEW:
            return None
        return once(f"segment:{key_of(node)}", lambda: _ids(node, now))

    def _page_of_many(self, those: QuerySet[Person], read: Read, *, is_alone: bool) -> Page:
        """In the order of the list, until a page is full; where all of them are at its end, they are found first."""
        key = f"segments.far:{key_of(tree_of(self.criteria))}"
        if not cache.get(key):
            try:
                with patience(LONGER), without("sort" if is_alone else ""):
                    return read(those)
            except OutOfTime:
                cache.set(key, True, KEPT)
        with without("indexscan"):
            return read(those)


@dataclass(frozen=True, slots=True)
class SegmentGroup(CriteriaGroup):
    def to_json(self) -> dict[str, Any]:
        return {"segment": self.pk, "name": self.name, "criteria": dict(self.criteria)}


@contextmanager
def without(way: str) -> Iterator[None]:
    """Within it, the planner does without one way, where there is another."""
    if not way:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_{way} = off")
        yield
        cursor.execute(f"SET LOCAL enable_{way} TO DEFAULT")


def find_group(value: str) -> Group | None:
    segment = Segment.objects.filter(pk=number(value)).first()
    return SegmentGroup(segment.pk, segment.name, segment.criteria) if segment else None


def read_group(told: Mapping[str, Any]) -> Group:
    return SegmentGroup(told["segment"], told["name"], told["criteria"])


def _ids(node: Node | None, now: datetime) -> list[int]:
    return list(people_matching_tree(node, now=now).order_by().values_list("pk", flat=True))
