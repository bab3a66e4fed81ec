"""Slices of a long list follow each other to its end and back, and nothing is shown twice."""

from datetime import datetime

import pytest
from django.http import QueryDict

from crm.runs.models import Run
from shared.slices import Slice, slice_of
from tenants.facts import TenantFacts


@pytest.fixture
def runs(tenant: TenantFacts, now: datetime) -> list[int]:
    """Seven, newest first."""
    made = [Run.objects.create(kind="a", created_at=now).pk for _number in range(7)]
    return made[::-1]


def ask(query: str = "") -> tuple[Slice[Run], list[int]]:
    found = slice_of(Run.objects.of_kind("a"), QueryDict(query), size=3)
    return found, [run.pk for run in found.rows]


def test_to_the_end_and_back(runs: list[int]) -> None:
    first, ids = ask()
    assert (ids, first.newer) == (runs[:3], 0)
    second, ids = ask(f"older={first.older}")
    assert ids == runs[3:6]
    third, ids = ask(f"older={second.older}")
    assert (ids, third.older) == (runs[6:], 0)
    back, ids = ask(f"newer={third.newer}")
    assert ids == runs[3:6]
    begin, ids = ask(f"newer={back.newer}")
    assert (ids, begin.newer, begin.older) == (runs[:3], 0, first.older)


def test_a_last_slice_that_is_full_leads_no_further(runs: list[int]) -> None:
    Run.objects.filter(pk=runs[-1]).delete()
    last, ids = ask(f"older={runs[2]}")
    assert (ids, last.older) == (runs[3:6], 0)


@pytest.mark.parametrize("query", ["older=x", "newer=²", "older=-1", "older=99999999999999999999"])
def test_what_is_no_number_is_the_first_slice(runs: list[int], query: str) -> None:
    assert ask(query)[1] == runs[:3]


def test_nothing_leads_nowhere(tenant: TenantFacts) -> None:
    assert ask("older=5")[0] == ask("newer=5")[0] == Slice([])
