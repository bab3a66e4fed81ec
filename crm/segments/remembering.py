"""Figures for a page full of segments: remembered for five minutes, and counted for a second and a half at the most.

A segment that this leaves uncounted shows last night's number; the next look takes up where this one stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic

from django.core.cache import cache

from crm.segments.counting import Figures, figures_of, is_small
from crm.segments.estimating import Sample
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


Wanted = Sequence[tuple[Segment, Node | None]]


def figures_to_list(wanted: Wanted, *, now: datetime, clock: Callable[[], float] = monotonic) -> dict[int, Remembered]:
    """By the segments' ids. Among few people everything is counted each time: that is quick."""
    if is_small():
        return {segment.pk: Remembered(figures_of(node, now=now)) for segment, node in wanted}
    keys = {f"segments.figures:{segment.pk}:{segment.version}": segment.pk for segment, _node in wanted}
    found = {keys[key]: Remembered(figures) for key, figures in cache.get_many(keys).items()}
    new = [(segment, node) for segment, node in wanted if segment.pk not in found]
    counted = _counted_in_time(new, now, clock)
    cache.set_many({key: counted[pk] for key, pk in keys.items() if pk in counted}, KEPT)
    found |= {pk: Remembered(figures) for pk, figures in counted.items()}
    return found | _of_last_night([segment.pk for segment, _node in new if segment.pk not in counted])


def _counted_in_time(wanted: Wanted, now: datetime, clock: Callable[[], float]) -> dict[int, Figures]:
    started, counted = clock(), {}
    if wanted:
        Sample([node for _segment, node in wanted], now=now)  # all their conditions at once: each finds its own
    for segment, node in wanted:
        if clock() - started > BUDGET:
            break
        counted[segment.pk] = figures_of(node, now=now)
    return counted


def _of_last_night(ids: Sequence[int]) -> dict[int, Remembered]:
    points = (
        SegmentCount.objects.filter(segment__in=ids).order_by("segment_id", "-day").distinct("segment_id")
        if ids
        else ()
    )
    known = {point.segment_id: Remembered(None, point.count, point.day) for point in points}
    return {pk: known.get(pk, Remembered(None)) for pk in ids}
