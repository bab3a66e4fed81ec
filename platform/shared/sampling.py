"""One row in 64, by the id of the person it is about: what large numbers are estimated from."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet

SAMPLED = 64
_is_sampling: ContextVar[bool] = ContextVar("is_sampling", default=False)


class InSample(Func):
    """Written out, so that the index that holds only the sample is found."""

    template = f"mod(%(expressions)s, {SAMPLED}) = 0"
    output_field = BooleanField()


@contextmanager
def sampling() -> Iterator[None]:
    """Conditions that are made within it are asked of the sample alone."""
    token = _is_sampling.set(True)
    try:
        yield
    finally:
        _is_sampling.reset(token)


def is_sampling() -> bool:
    return _is_sampling.get()


def sampled(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about people; within `sampling`, about those of the sample."""
    return rows.filter(InSample("person")) if is_sampling() else rows


def has_any(rows: QuerySet[Any]) -> Q:
    """Whether the person whom the query around it looks at has one of these rows."""
    if is_sampling():  # so few are read at once; left to choose, the planner looks them up for each person
        return Q(pk__in=sampled(rows).values("person"))
    return Q(Exists(of_person(rows)))


def of_person(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(person=OuterRef("pk"))
