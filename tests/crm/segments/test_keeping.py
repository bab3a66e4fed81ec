"""Lists, archive and curve of a segment."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from crm.people.erasing import erase_when_due
from crm.people.models import Person
from crm.runs.models import Run
from crm.runs.services import resume_run, work_on
from crm.segments import freezing
from crm.segments.enums import ChangeKind
from crm.segments.freezing import freeze_segment
from crm.segments.models import PeopleList, PeopleListMember, Segment, SegmentChange, SegmentCount
from crm.segments.queries import changes_in_words, people_in
from crm.segments.services import NameTaken, add_segment, archive_segment, change_segment, restore_segment
from crm.segments.trend import note_count, note_use, trend_of
from tenants.alarms import ring_due_alarms
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm
from tenants.users.models import User
from tests.conftest import TenantClient

YOUNG = {"age": {"between": [None, 30]}}
LIST = "/bureau/tris/"


@pytest.fixture
def segment(tenant: TenantFacts, now: datetime) -> Segment:
    Person.objects.create(first_name="Aïssatou", birth_date=date(2004, 1, 1), created_at=now)
    return add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)


def alarms() -> list[tuple[str, datetime]]:
    with public_context():
        return list(Alarm.objects.filter(kind="segments.count").values_list("key", "due_at"))


def test_a_list_keeps_the_names_of_its_day(segment: Segment, now: datetime) -> None:
    frozen = freeze_segment(segment=segment, name="Jeunes de novembre", by=None, now=now)
    Person.objects.create(first_name="Loïc", birth_date=date(2005, 1, 1), created_at=now)
    Person.objects.filter(first_name="Aïssatou").update(birth_date=date(1950, 1, 1))
    assert [person.first_name for person in people_in(segment, now=now)] == ["Loïc"]
    assert [person.first_name for person in people_in(frozen, now=now)] == ["Aïssatou"]
    assert (PeopleList.objects.get().count, PeopleList.objects.get().criteria) == (1, YOUNG)
    assert SegmentChange.objects.filter(segment=frozen).get().kind == ChangeKind.FROZEN


def test_two_lists_never_share_a_name(segment: Segment, now: datetime) -> None:
    freeze_segment(segment=segment, name="Jeunes de novembre", by=None, now=now)
    for name in ("jeunes de NOVEMBRE", "Jeunes"):
        with pytest.raises(NameTaken):
            freeze_segment(segment=segment, name=name, by=None, now=now)
    assert PeopleList.objects.count() == 1


def test_who_is_erased_is_on_no_list_any_more(
    segment: Segment, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    freeze_segment(segment=segment, name="Jeunes de novembre", by=None, now=now)
    person = Person.objects.get()
    Person.objects.filter(pk=person.pk).update(erase_requested_at=now - timedelta(days=40))
    with django_capture_on_commit_callbacks(execute=True):
        erase_when_due(person_id=person.pk, now=now)
    assert not PeopleListMember.objects.exists()


def test_an_archived_segment_still_serves_those_that_count_on_it(segment: Segment, now: datetime) -> None:
    other = add_segment(name="Autre", criteria={"segment": {"in": [segment.pk]}}, by=None, now=now)
    archive_segment(segment=segment, by=None, now=now)
    archive_segment(segment=segment, by=None, now=now)
    assert people_in(other, now=now).count() == 1
    restore_segment(segment=segment, by=None, now=now)
    kinds = SegmentChange.objects.filter(segment=segment).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["created", "archived", "restored"]


def test_a_segment_in_use_is_counted_each_night(segment: Segment, now: datetime) -> None:
    note_use(segment=segment, now=now)
    [(key, due)] = alarms()
    assert (key, due > now, due < now + timedelta(days=1)) == (str(segment.pk), True, True)
    for day in range(3):
        Person.objects.create(birth_date=date(2004, 1, 1), created_at=now)
        note_count(segment_id=segment.pk, now=now + timedelta(days=day))
        note_count(segment_id=segment.pk, now=now + timedelta(days=day))
    assert list(SegmentCount.objects.order_by("day").values_list("count", flat=True)) == [2, 3, 4]
    segment.refresh_from_db()
    trend = trend_of(segment, now=now + timedelta(days=3))
    assert trend is not None
    assert (trend.difference, [point.count for point in trend.points]) == (2, [2, 3, 4])


def test_the_alarm_sleeps_when_nobody_looks(segment: Segment, now: datetime) -> None:
    note_use(segment=segment, now=now)
    with public_context():
        Alarm.objects.all().delete()
    note_count(segment_id=segment.pk, now=now + timedelta(days=31))
    assert alarms() == []
    segment.refresh_from_db()
    note_use(segment=segment, now=now + timedelta(days=32))
    assert len(alarms()) == 1


def test_the_alarm_rings_the_count(segment: Segment, now: datetime, run_tasks: None) -> None:
    note_use(segment=segment, now=now)
    assert ring_due_alarms(now=now + timedelta(days=1)) == 1
    assert SegmentCount.objects.get().count == 1


def test_the_change_log_tells_the_words_before_and_after(segment: Segment, now: datetime) -> None:
    change_segment(
        segment=segment, version=1, name="Jeunes", description="", criteria={"age": {"unknown": True}}, by=None, now=now
    )
    newest, oldest = changes_in_words(Segment.objects.get())
    assert newest.before == oldest.sentence != newest.sentence
    assert oldest.before == ""


def test_the_pages_freeze_and_archive(office: TenantClient, segment: Segment) -> None:
    page = office.get(f"{LIST}{segment.pk}/liste/")
    assert page.context["total"] == 1
    answer = office.post(f"{LIST}{segment.pk}/liste/", {"name": "Le car de samedi"})
    frozen = Segment.objects.get(name="Le car de samedi")
    assert answer["Location"] == f"{LIST}{frozen.pk}/"
    assert "Le car de samedi" in office.get(answer["Location"]).content.decode()
    assert office.post(f"{LIST}{segment.pk}/liste/", {"name": "Le car de samedi"}).status_code == 422
    office.post(f"{LIST}{segment.pk}/archive/", {"do": "archive"})
    assert f"{LIST}{segment.pk}/" not in office.get(LIST).content.decode()
    assert f"{LIST}{segment.pk}/" in office.get(f"{LIST}?archives").content.decode()
    office.post(f"{LIST}{segment.pk}/archive/", {"do": "restore"})
    assert f"{LIST}{segment.pk}/" in office.get(LIST).content.decode()


def test_a_reader_freezes_and_archives_nothing(office_as: Any, segment: Segment) -> None:
    reader = office_as("reader")
    assert [reader.post(f"{LIST}{segment.pk}/{part}/", {"name": "X"}).status_code for part in ("liste", "archive")] == [
        403,
        403,
    ]
    assert not PeopleList.objects.exists()


def test_a_long_list_is_written_down_by_a_worker(
    office: TenantClient,
    segment: Segment,
    run_tasks: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(freezing, "MANY", 0)
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post(f"{LIST}{segment.pk}/liste/", {"name": "Le car de samedi"})
    run = Run.objects.get(kind=freezing.FREEZE)
    assert (run.state, run.done, answer["Location"]) == ("done", 1, f"{LIST}listes/{run.uuid}/")
    frozen = Segment.objects.get(name="Le car de samedi")
    assert office.get(answer["Location"])["Location"] == f"{LIST}{frozen.pk}/"
    assert people_in(frozen).count() == 1


def test_a_list_in_the_making_has_a_page_and_is_offered_nowhere(
    office: TenantClient, segment: Segment, now: datetime
) -> None:
    owner = User.objects.get()
    run = freezing.start_freezing(segment=segment, name="Le car de samedi", by=owner, now=now)
    assert "Le car de samedi" in office.get(f"{LIST}listes/{run.uuid}/").content.decode()
    with pytest.raises(NameTaken):
        freezing.start_freezing(segment=segment, name="Le car de samedi", by=owner, now=now)
    assert office.get(f"{LIST}suggestions/?what=list.in&q=le").json() == {"suggestions": []}
    assert not PeopleListMember.objects.exists()


def test_a_worker_that_was_killed_has_written_nothing_and_starts_anew(
    owner: User, segment: Segment, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = freezing.start_freezing(segment=segment, name="Le car de samedi", by=owner, now=now)
    with monkeypatch.context() as killed:
        killed.setattr(freezing, "add_segment", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            work_on(run_id=run.pk, clock=lambda: now)
    assert not PeopleListMember.objects.exists()
    work_on(run_id=run.pk, clock=lambda: now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, PeopleListMember.objects.count(), PeopleList.objects.get().count) == ("done", 1, 1)


def test_a_name_that_was_taken_meanwhile_is_told(office: TenantClient, segment: Segment, now: datetime) -> None:
    owner = User.objects.get()
    run = freezing.start_freezing(segment=segment, name="Le car de samedi", by=owner, now=now)
    other = add_segment(name="le car de samedi", criteria={}, by=None, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.failure) == ("failed", "name_taken")
    assert "ce nom" in office.get(f"{LIST}listes/{run.uuid}/").content.decode()
    Segment.objects.filter(pk=other.pk).update(name="Autre")
    resume_run(run=run, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.state == "done"


def _interrupted(**_arguments: Any) -> Segment:
    raise KeyboardInterrupt
