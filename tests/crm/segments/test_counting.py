"""Counts are exact while that is cheap, and say when they are not."""

from datetime import date, datetime

import pytest
from django.core.cache import cache
from django.db import connection

from crm.consent.enums import Reach
from crm.people.models import Person
from crm.segments import counting
from crm.segments.counting import OutOfTime, condition_counts, figures_of, patience
from crm.segments.estimating import rounded
from crm.segments.tree import conditions_of, parse
from tenants.facts import TenantFacts

YOUNG = parse({"age": {"between": [None, 30]}})


@pytest.fixture
def crowd(tenant: TenantFacts, now: datetime) -> None:
    """6 400 people, a quarter of them young, half of the young reachable: by chance as far as the sample is concerned."""
    cache.clear()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_person (birth_date, can_email, email_reach, created_at)
               SELECT CASE WHEN n / 64 %% 4 = 0 THEN %s ELSE %s END, n / 64 %% 8 = 0,
                      CASE WHEN n / 64 %% 8 = 0 THEN 0 ELSE 7 END, %s
                 FROM generate_series(1, 6400) n""",
            [date(2004, 1, 1), date(1960, 1, 1), now],
        )


def test_small_campaigns_are_counted_to_the_last_person(crowd: None, now: datetime) -> None:
    figures = figures_of(YOUNG, now=now)
    exact = Person.objects.filter(birth_date=date(2004, 1, 1)).count()
    assert (figures.total, figures.is_estimate) == (exact, False)
    assert sum(figures.by_reach.values()) == exact
    assert figures.by_channel["email"] == figures.by_reach[Reach.REACHABLE]


def test_large_ones_are_estimated_and_it_is_said(crowd: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = figures_of(YOUNG, now=now)
    for name, value in (("FEW", -2), ("CHEAP", -1), ("TOO_FEW", 0)):
        monkeypatch.setattr(counting, name, value)
    estimate = figures_of(YOUNG, now=now)
    assert estimate.is_estimate
    assert estimate.total == pytest.approx(exact.total, rel=0.1)
    assert sum(estimate.by_reach.values()) == estimate.total
    assert condition_counts(list(conditions_of(YOUNG)), now=now) == [pytest.approx(exact.total, rel=0.1)]
    assert figures_of(YOUNG, now=now, exact=True) == exact


def test_few_people_are_counted_even_among_many(crowd: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FEW", -2), ("CHEAP", -1), ("LONGER", 60_000)):
        monkeypatch.setattr(counting, name, value)
    Person.objects.create(birth_date=date(1931, 5, 5), created_at=now)
    old = figures_of(parse({"age": {"between": [90, None]}}), now=now)
    assert (old.total, old.is_estimate) == (1, False)


def test_the_estimate_reads_only_the_index_of_the_sample(crowd: None, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_person")
        cursor.execute("EXPLAIN SELECT count(*) FROM people_person WHERE mod(id, 64) = 0 AND can_email")
        assert "people_sample" in "\n".join(row[0] for row in cursor.fetchall())


def test_what_takes_too_long_is_stopped(tenant: TenantFacts) -> None:
    with pytest.raises(OutOfTime), patience(20), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    with patience(60_000), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "0"


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (99, 99), (1234, 1200), (998_400, 1_000_000)])
def test_estimates_have_two_figures(number: int, shown: int) -> None:
    assert rounded(number) == shown


def test_a_count_that_takes_too_long_is_an_estimate_and_no_error(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FEW", -2)  # the table's statistics say -1 where there are none
    monkeypatch.setattr(counting, "_figures_in_time", lambda people, milliseconds: None)
    assert figures_of(None, now=now, exact=True).is_estimate
