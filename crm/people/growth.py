"""People gained day by day, drawn as a curve without any script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from crm.people.days import beginning_of
from crm.people.models import Activity, Person

KEPT = 60  # seconds
LEFT, RIGHT, TOP, BOTTOM = 44, 712, 14, 202
FIRST, LAST = 54, 670


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    gained: int
    before: int  # the same day, a week earlier
    x: int = 0
    y: int = 0
    before_y: int = 0


@dataclass(frozen=True, slots=True)
class Growth:
    days: Sequence[Day]
    ticks: Sequence[tuple[int, int]]  # value, y
    departures: int

    @property
    def gained(self) -> int:
        return sum(day.gained for day in self.days)

    @property
    def before(self) -> int:
        return sum(day.before for day in self.days)

    @property
    def difference(self) -> int:
        return self.gained - self.before

    @property
    def distance(self) -> int:
        return abs(self.difference)

    @property
    def curve(self) -> str:
        return "M" + "L".join(f"{day.x} {day.y}" for day in self.days)

    @property
    def area(self) -> str:
        return f"{self.curve}L{LAST} {BOTTOM}L{FIRST} {BOTTOM}Z"

    @property
    def curve_before(self) -> str:
        return "M" + "L".join(f"{day.x} {day.before_y}" for day in self.days)

    @property
    def last(self) -> Day:
        return self.days[-1]

    @property
    def label_y(self) -> int:
        """Above the end of the curve, whichever way it comes: the label is as long as a day is wide."""
        return max(14, min(day.y for day in self.days[-2:]) - 12)


def growth(now: datetime) -> Growth:
    """The last seven days beside the seven before; kept for a minute, so that a busy dashboard costs nothing."""
    today = timezone.localtime(now).date()
    key = f"people.growth:{today}"
    found = cache.get(key)
    if not isinstance(found, tuple):
        found = (_counts(now), _departures(now))
        cache.set(key, found, KEPT)
    counts, departures = found
    week = [today - timedelta(days=back) for back in range(6, -1, -1)]
    pairs = [(day, counts.get(day, 0), counts.get(day - timedelta(days=7), 0)) for day in week]
    top, step = _scale(max([1, *(max(gained, before) for _day, gained, before in pairs)]))
    days = [
        Day(day, gained, before, FIRST + round(at * (LAST - FIRST) / 6), _y(gained, top), _y(before, top))
        for at, (day, gained, before) in enumerate(pairs)
    ]
    return Growth(days, [(value, _y(value, top)) for value in range(0, top + 1, step)], departures)


def _counts(now: datetime) -> dict[date, int]:
    people = Person.objects.alive().filter(created_at__gte=beginning_of(14, now=now))
    rows = people.annotate(day=TruncDate("created_at")).values("day")
    return {row["day"]: row["count"] for row in rows.annotate(count=Count("pk")).order_by()}


def _departures(now: datetime) -> int:
    week = beginning_of(7, now=now)
    left = Activity.objects.filter(kind__in=["unsubscribed", "erasure_asked"], at__gte=week)
    return left.values("person").distinct().count()


def _scale(highest: int) -> tuple[int, int]:
    """Four steps of a round number that reach the highest day."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step * 4 >= highest:
                return step * 4, step
        size *= 10


def _y(value: int, top: int) -> int:
    return BOTTOM - round(value * (BOTTOM - TOP) / top)
