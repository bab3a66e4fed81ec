"""How many people a segment has, within a tenth of a second whatever the tree: exact while that is cheap, else estimated.

The estimate asks one person in 64, by an index that holds only them, and says that it is one; the exact number follows
when somebody waits for it. What is sent, frozen or exported is never estimated.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.utils import DatabaseError
from psycopg.errors import QueryCanceled

from crm.consent.enums import Reach
from crm.people.models import Person
from crm.segments.compiler import condition_of
from crm.segments.estimating import KEPT, REACH_COLUMNS, Sample, key_of
from crm.segments.tree import Condition, Node
from shared.once import once
from shared.sampling import SAMPLED

FEW = 30_000  # people in all: below, everything is counted
CHEAP = 12_000  # the planner's cost of some 50 ms
BUDGET = 70  # milliseconds for what looked cheap
TOO_FEW = 60  # people in the sample
LONGER = 400  # milliseconds for what the sample says little of
PATIENCE = 20_000  # milliseconds for what somebody asked to have exactly
ROWS = "segments.rows"  # the cache's key
NO_TIME = "no time"


@dataclass(frozen=True, slots=True)
class Figures:
    """How many people there are, how many of them each channel may reach, and why the others get no e-mail."""

    total: int
    by_channel: dict[str, int]
    by_reach: dict[Reach, int] = field(default_factory=dict)
    is_estimate: bool = False


def figures_of(node: Node | None, *, now: datetime, exact: bool = False) -> Figures:
    people = Person.objects.alive().filter(condition_of(node, now=now))
    if is_small():
        return _figures(people)
    if exact and (found := _figures_in_time(people, PATIENCE)):
        return found
    if found := _cheap_figures(people):
        return found
    estimate = _estimate(node, Sample([node], now=now))
    # A handful among one in 64 says little, and so few people are soon counted.
    found = _few_figures(node, people) if estimate.total < TOO_FEW * SAMPLED else None
    return found or estimate


def counts_for(people: QuerySet[Person], conditions: Mapping[str, Q]) -> dict[str, int]:
    """How many of them fulfil each, in one pass."""
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    return {name: int(count) for name, count in people.order_by().aggregate(**counts).items()}


def condition_counts(conditions: Sequence[Condition], *, now: datetime) -> list[int]:
    """How many people each condition holds for alone; of many people, about."""
    if not conditions:
        return []
    if not is_small():
        sample = Sample(conditions, now=now)
        return [sample.people(condition) for condition in conditions]
    named = {
        f"n{number}": condition.criterion.condition(condition.value, now=now)
        for number, condition in enumerate(conditions)
    }
    return list(counts_for(Person.objects.alive(), named).values())


class OutOfTime(Exception):
    """The database was stopped: the answer would have come too late."""


@contextmanager
def patience(milliseconds: int) -> Iterator[None]:
    """Raises OutOfTime."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {milliseconds:d}")
            yield
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except DatabaseError as error:
        if isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled):
            raise OutOfTime from error
        raise


def _figures(people: QuerySet[Person]) -> Figures:
    """One query for all of it: grouped by why an e-mail may go or not."""
    counts = {channel: Count("pk", filter=Q(**{column: True})) for channel, column in REACH_COLUMNS.items()}
    rows: Any = people.order_by().values("email_reach").annotate(total=Count("pk"), **counts)
    found = list(rows)
    by_reach = {Reach(row["email_reach"]): row["total"] for row in found}
    by_channel = {channel: sum(row[channel] for row in found) for channel in counts}
    by_channel["email"] = by_reach.get(Reach.REACHABLE, 0)
    return Figures(sum(by_reach.values()), by_channel, by_reach)


def _estimate(node: Node | None, sample: Sample) -> Figures:
    by_reach = {reach: sample.people(node, f"reach:{reach.value}") for reach in Reach}
    by_channel = {channel: sample.people(node, channel) for channel in REACH_COLUMNS}
    by_channel["email"] = by_reach[Reach.REACHABLE]
    found = {reach: count for reach, count in by_reach.items() if count}
    return Figures(sum(found.values()), by_channel, found, is_estimate=True)


def _cheap_figures(people: QuerySet[Person]) -> Figures | None:
    return _figures_in_time(people, BUDGET) if _cost(people) <= CHEAP else None


def _few_figures(node: Node | None, people: QuerySet[Person]) -> Figures | None:
    """Counted, which may take a while: remembered for a minute, and so is that there was no time for it."""
    key = f"segments.few:{key_of(node)}"
    found = cache.get(key)
    if found is None:
        found = _figures_in_time(people, LONGER) or NO_TIME
        cache.set(key, found, KEPT)
    return found if isinstance(found, Figures) else None


def _figures_in_time(people: QuerySet[Person], milliseconds: int) -> Figures | None:
    try:
        with patience(milliseconds):
            return _figures(people)
    except OutOfTime:
        return None


def is_small() -> bool:
    """The same for all parts of a page."""
    return once(ROWS, lambda: _rows() < FEW)


def _rows() -> float:
    """By the table's statistics, asked once a minute; -1 says that there are none yet."""
    rows = cache.get(ROWS)
    if rows is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'people_person'::regclass")
            rows = float(cursor.fetchone()[0])
        cache.set(ROWS, rows, 60)
    return float(rows)


def _cost(people: QuerySet[Person]) -> float:
    plan = json.loads(people.order_by().values("email_reach").annotate(total=Count("pk")).explain(format="json"))
    return float(plan[0]["Plan"]["Total Cost"])
