"""A segment's size day by day, as long as somebody uses it, and its curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from crm.segments.counting import figures_of
from crm.segments.models import Segment, SegmentCount
from crm.segments.tree import CriteriaInvalid, parse
from tenants.alarms import set_alarm

ALARM = "segments.count"
FORGOTTEN = timedelta(days=30)  # without a look: the alarm sleeps until the next one
SHOWN = timedelta(days=90)
NIGHT = time(4, 10)
LEFT, RIGHT, TOP, BOTTOM = 60, 700, 16, 180


@dataclass(frozen=True, slots=True)
class Point:
    day: date
    count: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Trend:
    points: Sequence[Point]
    ticks: Sequence[tuple[int, int]]  # value, y

    @property
    def curve(self) -> str:
        return "M" + "L".join(f"{point.x} {point.y}" for point in self.points)

    @property
    def area(self) -> str:
        return f"{self.curve}L{self.points[-1].x} {BOTTOM}L{self.points[0].x} {BOTTOM}Z"

    @property
    def first(self) -> Point:
        return self.points[0]

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def difference(self) -> int:
        return self.last.count - self.first.count


@transaction.atomic
def note_use(*, segment: Segment, now: datetime) -> None:
    """Somebody looked at it, or wrote to it: from tonight on it is counted, for a month. At most one write an hour."""
    if segment.archived_at or (segment.used_at and segment.used_at > now - timedelta(hours=1)):
        return
    Segment.objects.filter(pk=segment.pk).update(used_at=now)
    set_alarm(ALARM, due_at=_next_night(now), key=str(segment.pk))


@transaction.atomic
def note_count(*, segment_id: int, now: datetime) -> None:
    """The alarm's work: today's point, and the next alarm if it is still used. Run twice, it is one point."""
    segment = Segment.objects.filter(pk=segment_id, archived_at=None).first()
    if segment is None or segment.used_at is None:
        return
    try:
        total = figures_of(parse(segment.criteria), now=now, exact=True).total
    except CriteriaInvalid:
        return
    day = timezone.localtime(now).date()
    SegmentCount.objects.update_or_create(segment=segment, day=day, defaults={"count": total})
    if segment.used_at > now - FORGOTTEN:
        set_alarm(ALARM, due_at=_next_night(now), key=str(segment_id))


def trend_of(segment: Segment, *, now: datetime) -> Trend | None:
    """None as long as there are no two days to join."""
    since = timezone.localtime(now).date() - SHOWN
    rows = list(
        SegmentCount.objects.filter(segment=segment, day__gte=since).order_by("day").values_list("day", "count")
    )
    if len(rows) < 2:
        return None
    top, step = _scale(max(count for _day, count in rows))
    first, days = rows[0][0], (rows[-1][0] - rows[0][0]).days
    points = [
        Point(day, count, LEFT + round((RIGHT - LEFT) * (day - first).days / days), _y(count, top))
        for day, count in rows
    ]
    return Trend(points, [(value, _y(value, top)) for value in range(0, top + 1, step)])


def _next_night(now: datetime) -> datetime:
    local = timezone.localtime(now)
    tonight = timezone.make_aware(datetime.combine(local.date(), NIGHT))
    return tonight if tonight > now else timezone.make_aware(datetime.combine(local.date() + timedelta(days=1), NIGHT))


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
