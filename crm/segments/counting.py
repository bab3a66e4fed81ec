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
from crm.people.expressions import SAMPLED, InSample
from crm.people.models import Person
from crm.segments.compiler import condition_of
from crm.segments.tree import Condition, Node

FEW = 30_000  # people in all: below, everything is counted
CHEAP = 12_000  # the planner's cost of some 50 ms
BUDGET = 70  # milliseconds for what looked cheap
TOO_FEW = 60  # people in the sample
LONGER = 400  # milliseconds for what the sample says little of
PATIENCE = 20_000  # milliseconds for what somebody asked to have exactly
ROWS = "segments.rows"  # the cache's key
REACH_COLUMNS = {"sms": "can_sms", "phone": "can_call", "post": "can_post"}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many people there are, how many of them each channel may reach, and why the others get no e-mail."""

    total: int
    by_channel: dict[str, int]
    by_reach: dict[Reach, int] = field(default_factory=dict)
    is_estimate: bool = False


def figures_of(node: Node | None, *, now: datetime, exact: bool = False) -> Figures:
    return figures_for(Person.objects.filter(condition_of(node, now=now), erased_at__isnull=True), exact=exact)


def figures_for(people: QuerySet[Person], *, exact: bool = False) -> Figures:
    if is_small():
        return _figures(people)
    if exact and (found := _figures_in_time(people, PATIENCE)):
        return found
    if _cost(people) <= CHEAP:
        found = _figures_in_time(people, BUDGET)
        if found:
            return found
    sampled = _figures(people.filter(InSample("id")))
    # A handful among one in 64 says little, and so few people are soon counted.
    found = _figures_in_time(people, LONGER) if sampled.total < TOO_FEW else None
    return found or _scaled_up(sampled)


def counts_for(people: QuerySet[Person], conditions: Mapping[str, Q]) -> dict[str, int]:
    """How many of them fulfil each, in one pass; among many people, from the sample."""
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    if is_small():
        return {name: int(count) for name, count in people.order_by().aggregate(**counts).items()}
    sampled = people.filter(InSample("id")).order_by().aggregate(**counts)
    return {name: rounded(int(count) * SAMPLED) for name, count in sampled.items()}


def condition_counts(conditions: Sequence[Condition], *, now: datetime) -> list[int]:
    """How many people each condition holds for alone, all of them in one pass; of many people, in one person of 64."""
    if not conditions:
        return []
    named = {
        f"n{number}": condition.criterion.condition(condition.value, now=now)
        for number, condition in enumerate(conditions)
    }
    return list(counts_for(Person.objects.filter(erased_at__isnull=True), named).values())


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


def rounded(number: int) -> int:
    """Two figures that count: more would pretend to know."""
    if number < 100:
        return number
    unit: int = 10 ** (len(str(number)) - 2)
    return round(number / unit) * unit


def _figures(people: QuerySet[Person]) -> Figures:
    """One query for all of it: grouped by why an e-mail may go or not."""
    counts = {channel: Count("pk", filter=Q(**{column: True})) for channel, column in REACH_COLUMNS.items()}
    rows: Any = people.order_by().values("email_reach").annotate(total=Count("pk"), **counts)
    found = list(rows)
    by_reach = {Reach(row["email_reach"]): row["total"] for row in found}
    by_channel = {channel: sum(row[channel] for row in found) for channel in counts}
    by_channel["email"] = by_reach.get(Reach.REACHABLE, 0)
    return Figures(sum(by_reach.values()), by_channel, by_reach)


def _figures_in_time(people: QuerySet[Person], milliseconds: int) -> Figures | None:
    try:
        with patience(milliseconds):
            return _figures(people)
    except OutOfTime:
        return None


def _scaled_up(found: Figures) -> Figures:
    by_reach = {reach: rounded(count * SAMPLED) for reach, count in found.by_reach.items()}
    return Figures(
        total=sum(by_reach.values()),
        by_channel={channel: rounded(count * SAMPLED) for channel, count in found.by_channel.items()},
        by_reach=by_reach,
        is_estimate=True,
    )


def is_small() -> bool:
    """By the table's statistics, asked once a minute; -1 says that there are none yet."""
    rows = cache.get(ROWS)
    if rows is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'people_person'::regclass")
            rows = float(cursor.fetchone()[0])
        cache.set(ROWS, rows, 60)
    return float(rows) < FEW


def _cost(people: QuerySet[Person]) -> float:
    plan = json.loads(people.order_by().values("email_reach").annotate(total=Count("pk")).explain(format="json"))
    return float(plan[0]["Plan"]["Total Cost"])
