"""A page full of segments costs a second and a half at the most, and nothing when it is looked at again."""

from datetime import date, datetime
from typing import Any

import pytest
from django.core.cache import cache

from crm.people.models import Person
from crm.segments import counting, remembering
from crm.segments.models import Segment, SegmentCount
from crm.segments.queries import segment_lines
from crm.segments.remembering import figures_to_list
from tenants.facts import TenantFacts

FRENCH = {"language": {"in": ["fr"]}}


@pytest.fixture
def segment(tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Segment:
    cache.clear()
    monkeypatch.setattr(counting, "FEW", -2)  # as if people were many
    monkeypatch.setattr(remembering, "BUDGET", 600)  # of seconds: the machine may be slow
    Person.objects.create(created_at=now)
    return Segment.objects.create(name="Francophones", criteria=FRENCH, created_at=now, changed_at=now)


def test_a_second_look_counts_nothing(segment: Segment, now: datetime) -> None:
    (first,) = segment_lines(now=now)
    Person.objects.create(created_at=now)
    (second,) = segment_lines(now=now)

    assert first.figures
    assert second.figures == first.figures
    assert first.figures.total == 1


def test_changed_conditions_are_counted_anew(segment: Segment, now: datetime) -> None:
    segment_lines(now=now)
    Segment.objects.filter(pk=segment.pk).update(criteria={"language": {"in": ["en"]}}, version=segment.version + 1)

    (line,) = segment_lines(now=now)

    assert line.figures
    assert line.figures.total == 0


def test_without_time_last_nights_number_is_shown(segment: Segment, now: datetime) -> None:
    SegmentCount.objects.create(segment=segment, day=date(2026, 11, 21), count=412)
    times = iter([0.0, 5_000.0])
    found = figures_to_list([(segment, None)], now=now, clock=lambda: next(times))[segment.pk]
    assert (found.figures, found.last, found.day) == (None, 412, date(2026, 11, 21))


def test_few_people_are_always_counted(segment: Segment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "FEW", 10**9)
    segment_lines(now=now)
    Person.objects.create(created_at=now)
    (line,) = segment_lines(now=now)
    assert line.figures
    assert line.figures.total == 2


def test_many_segments_ask_the_sample_once(
    segment: Segment, now: datetime, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "CHEAP", -1)
    monkeypatch.setattr(counting, "TOO_FEW", 0)
    for number in range(5):
        criteria = {"age": {"between": [None, 20 + number]}}
        Segment.objects.create(name=f"Tri {number}", criteria=criteria, created_at=now, changed_at=now)
    cache.clear()
    with django_assert_max_num_queries(9) as asked:  # the segments, the table's statistics, the sample, six plans
        assert len(segment_lines(now=now)) == 6
    assert len([one for one in asked.captured_queries if "array_agg" in one["sql"].lower()]) == 1
