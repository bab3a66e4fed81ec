"""Bulk actions and exports for all of a segment's people, as it was when they were asked for."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.http import QueryDict

from crm.bulk import working
from crm.bulk.enums import Action
from crm.bulk.models import BulkChange, BulkTarget
from crm.bulk.services import forget_people
from crm.exports.queries import people_to_export
from crm.exports.views.loading import whom_from
from crm.people.models import Person, Tag
from crm.runs.models import Run
from crm.runs.services import undo_run, work_on
from crm.segments.models import Segment
from crm.segments.services import add_segment, change_segment
from tenants.facts import TenantFacts
from tenants.http import TenantRequest
from tenants.users.models import User

URL = "/bureau/personnes/actions/"
YOUNG = {"all": [{"age": {"between": [None, 30]}}]}
OLD = {"all": [{"age": {"between": [60, None]}}]}


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> list[Person]:
    """Four young ones, two of them of the thirteenth département, and an old one."""
    return [
        Person.objects.create(
            last_name=f"P{number}", birth_date=date(2004 if number < 4 else 1940, 1, 1), created_at=now,
            departement_code="13" if number < 2 else "75",
        )
        for number in range(5)
    ]  # fmt: skip


@pytest.fixture
def segment(people: list[Person], now: datetime) -> Segment:
    return add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)


def asked(office: Any, query: str) -> Run:
    """Posted; no worker has come yet."""
    answer = office.post(f"{URL}?{query}", {"action": "tag", "tag": "vélo"})
    assert answer.status_code == 302, answer.content.decode()
    return Run.objects.latest("pk")


def tagged() -> set[str]:
    return set(Person.objects.tagged(Tag.objects.get(name="vélo").pk).values_list("last_name", flat=True))


@pytest.mark.parametrize(("more", "found"), [("", {"P0", "P1", "P2", "P3"}), ("&departement=13", {"P0", "P1"})])
def test_all_of_a_segments_people(segment: Segment, office: Any, now: datetime, more: str, found: set[str]) -> None:
    page = office.get(f"{URL}?segment={segment.pk}{more}")
    assert page.context["count"] == len(found)
    assert f"segment={segment.pk}" in page.context["list_url"]

    run = asked(office, f"segment={segment.pk}{more}")
    work_on(run_id=run.pk, clock=lambda: now)

    assert tagged() == found
    assert not BulkTarget.objects.exists()


def test_the_segment_as_it_was_when_it_was_asked(segment: Segment, office: Any, now: datetime) -> None:
    run = asked(office, f"segment={segment.pk}")
    change_segment(segment=segment, version=1, name="Anciens", description="", criteria=OLD, by=None, now=now)

    work_on(run_id=run.pk, clock=lambda: now)

    assert tagged() == {"P0", "P1", "P2", "P3"}


def test_people_drawn_by_lot_stay_those_who_were_drawn(
    people: list[Person], office: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done to the first of them makes others fit, who were not meant."""
    tag = Tag.objects.create(name="vélo")
    without = {"draw": {"people": 2, "salt": 7, "of": {"not": {"tags": {"any": [tag.pk]}}}}}
    monkeypatch.setattr(working, "AT_ONCE", 1)
    segment = add_segment(name="Deux", criteria=without, by=None, now=now)

    run = asked(office, f"segment={segment.pk}")
    work_on(run_id=run.pk, clock=lambda: now)

    assert len(tagged()) == 2


def test_a_segment_that_is_gone_means_nobody(people: list[Person], office: Any, now: datetime) -> None:
    assert office.get(f"{URL}?segment=999").context["count"] == 0
    run = asked(office, "segment=999")

    work_on(run_id=run.pk, clock=lambda: now)

    assert tagged() == set()


def test_a_tag_that_is_gone_is_told_and_what_was_changed_is_not_forgotten(
    segment: Segment, office: Any, now: datetime
) -> None:
    run = asked(office, f"segment={segment.pk}")
    work_on(run_id=run.pk, clock=lambda: now)
    Tag.objects.filter(name="vélo").delete()

    undo_run(run=run, now=now)
    work_on(run_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert (run.state, run.failure) == ("failed", "gone")
    assert BulkChange.objects.filter(run=run).count() == 4
    assert "fusionnée ou supprimée" in office.get(f"{URL}{run.uuid}/").content.decode()


def test_who_is_merged_into_somebody_already_passed_is_not_left_out(
    segment: Segment, people: list[Person], office: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(office, f"segment={segment.pk}")
    monkeypatch.setattr(working, "AT_ONCE", 1)
    tag = working.ACTS[Action.TAG]

    def merged_meanwhile(work: Any, ids: Any) -> Any:
        if ids == [people[1].pk]:
            BulkTarget.objects.filter(run=run, person=people[3]).update(person=people[0])
        return tag(work, ids)

    monkeypatch.setitem(working.ACTS, Action.TAG, merged_meanwhile)
    work_on(run_id=run.pk, clock=lambda: now)

    assert tagged() == {"P0", "P1", "P2"}
    assert not BulkTarget.objects.exists()


def test_who_is_erased_is_forgotten_here_too(
    segment: Segment, people: list[Person], office: Any, now: datetime
) -> None:
    BulkTarget.objects.create(run=asked(office, f"segment={segment.pk}"), person=people[0])

    forget_people([people[0].pk], now)

    assert not BulkTarget.objects.exists()


def test_an_export_with_a_filter_takes_no_more_than_the_list_shows(
    segment: Segment, people: list[Person], office: Any, now: datetime
) -> None:
    request = SimpleNamespace(
        GET=QueryDict(f"segment={segment.pk}&departement=13"), user=User.objects.get(email="owner@example.org")
    )
    whom, told = whom_from(cast(TenantRequest, request))

    assert list(people_to_export(whom, now=now).order_by("pk")) == people[:2]
    assert told == {"filters": ["segment", "departement"]}
    request.GET = QueryDict(f"segment={segment.pk}&sort=name")
    whom, told = whom_from(cast(TenantRequest, request))
    assert list(people_to_export(whom, now=now).order_by("pk")) == people[:4]
    assert told == {"segment": segment.name}
