"""Whoever was in a file, by stretches of people's numbers or one by one."""

from datetime import datetime

import pytest
from django.core.cache import cache

from crm.imports import spans
from crm.imports.models import Import, ImportBatch
from crm.imports.spans import spans_of, was_in
from crm.people.models import Person
from tenants.facts import TenantFacts
from tests.crm.imports.importing import received

NUMBERS = [3, 4, 5, 9, 12, 13]


@pytest.fixture
def run(tenant: TenantFacts, now: datetime) -> Import:
    """Six people in two batches, four of them new; twenty in all."""
    cache.clear()
    Person.objects.bulk_create(Person(pk=pk, created_at=now) for pk in range(1, 21))
    run = received("excel-fr-cp1252.csv", now)
    ImportBatch.objects.create(import_run=run, number=1, rows=3, created_ids=[13, 4, 5])
    ImportBatch.objects.create(import_run=run, number=2, rows=4, created_ids=[12], known_ids=[9, 3, 4])
    return run


def found(*imports: int) -> list[int]:
    return list(Person.objects.filter(was_in(list(imports))).order_by("pk").values_list("pk", flat=True))


def test_numbers_that_follow_one_another_are_one_stretch(run: Import) -> None:
    assert spans_of([run.pk]) == [(3, 5), (9, 9), (12, 13)]


@pytest.mark.parametrize("most", [0, 2, 3, 50])
def test_exactly_they_are_found_however_many_stretches(run: Import, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(spans, "MOST", most)

    assert found(run.pk) == found(run.pk) == NUMBERS


def test_an_import_without_people_has_nobody(run: Import, now: datetime) -> None:
    other = received("zoo-ragged.csv", now)

    assert found(other.pk) == found() == []


def test_whoever_is_written_later_is_in_it_too(run: Import, now: datetime) -> None:
    before, other = found(run.pk), received("zoo-ragged.csv", now)
    ImportBatch.objects.create(import_run=run, number=3, rows=1, created_ids=[20])
    ImportBatch.objects.create(import_run=other, number=1, rows=1, created_ids=[1])

    assert before == NUMBERS
    assert found(run.pk) == [*NUMBERS, 20]
    assert found(run.pk, other.pk) == [1, *NUMBERS, 20]


def test_another_import_of_the_same_number_has_its_own_people(run: Import, now: datetime) -> None:
    before = found(run.pk)
    Import.objects.filter(pk=run.pk).update(started_at=now)  # a backup was put back, and a file imported
    ImportBatch.objects.filter(import_run=run, number=2).update(created_ids=[7], known_ids=[])

    assert before == NUMBERS
    assert found(run.pk) == [4, 5, 7, 13]
