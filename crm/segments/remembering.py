"""Figures for a page full of segments: remembered for five minutes, and counted for a second and a half at the most.

A segment that this leaves uncounted shows last night's number; the next look takes up where this one stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic

from django.core.cache import cache

from crm.segments.counting import Figures, figures_of, is_small
from crm.segments.models import Segment, SegmentCount
from crm.segments.tree import Node

KEPT = 300  # seconds
BUDGET = 1.5  # seconds for one page


@dataclass(frozen=True, slots=True)
class Remembered:
    """`figures`, or how many there were on `day`; neither where nobody counted yet."""

    figures: Figures | None
    last: int | None = None
    day: date | None = None


@dataclass(slots=True)
class Counter:
    """One page's worth. Among few people everything is counted each time: that is quick."""

    now: datetime
    clock: Callable[[], float] = monotonic
    _started: float = field(init=False)
    _small: bool = field(init=False)

    def __post_init__(self) -> None:
        self._started, self._small = self.clock(), is_small()

    def figures(self, segment: Segment, node: Node | None) -> Remembered:
        if self._small:
            return Remembered(figures_of(node, now=self.now))
        key = f"segments.figures:{segment.pk}:{segment.version}"
        found = cache.get(key)
        if isinstance(found, Figures):
            return Remembered(found)
        if self.clock() - self._started > BUDGET:
            return _of_last_night(segment)
        figures = figures_of(node, now=self.now)
        cache.set(key, figures, KEPT)
        return Remembered(figures)


def _of_last_night(segment: Segment) -> Remembered:
    point = SegmentCount.objects.filter(segment=segment).order_by("-day").first()
    return Remembered(None, point.count, point.day) if point else Remembered(None)
