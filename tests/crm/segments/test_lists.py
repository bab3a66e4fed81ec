"""Lists of people are seen, and deleted when nothing counts on them."""

from datetime import datetime
from typing import Any

import pytest

from crm.people.models import Person
from crm.runs.models import Run
from crm.runs.services import cancel_run, resume_run, work_on
from crm.segments import freezing, unlisting
from crm.segments.freezing import freeze_segment
from crm.segments.models import PeopleList, PeopleListMember, Segment
from crm.segments.queries import people_in
from crm.segments.services import add_segment, change_segment, delete_segment
from crm.segments.tree import CriteriaInvalid
from messaging.deliveries.models import Mailing
from messaging.email.models import Message
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.conftest import TenantClient

LIST = "/bureau/tris/"


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> list[Person]:
    return [Person.objects.create(language="fr", created_at=now) for _number in range(5)]


@pytest.fixture
def segment(people: list[Person], now: datetime) -> Segment:
    return add_segment(name="Francophones", criteria={"language": {"in": ["fr"]}}, by=None, now=now)


@pytest.fixture
def twin(segment: Segment, now: datetime) -> Segment:
    """The segment of those who are on the list."""
    return freeze_segment(segment=segment, name="Car de samedi", by=None, now=now)


@pytest.fixture
def alone(twin: Segment, now: datetime) -> PeopleList:
    """A list that nothing counts on."""
    delete_segment(segment=twin, by=None, now=now)
    return PeopleList.objects.get()


def deletion(one: PeopleList) -> str:
    return f"{LIST}listes/{one.pk}/suppression/"


def test_the_page_tells_name_day_people_and_segments(office: TenantClient, twin: Segment, segment: Segment) -> None:
    assert f'href="{LIST}listes/"' in office.get(LIST).content.decode()
    page = office.get(f"{LIST}listes/")
    [line] = page.context["lines"]
    assert (line.people_list.name, line.people_list.count) == ("Car de samedi", 5)
    text = page.content.decode()
    assert "22 novembre 2026" in text
    assert f'href="{LIST}{segment.pk}/">Francophones</a>' in text
    assert f'href="{LIST}{twin.pk}/">Car de samedi</a>' in text


def test_where_a_segment_is_deleted_the_list_that_stays_is_named(
    office: TenantClient, twin: Segment, segment: Segment, now: datetime
) -> None:
    assert [one.name for one in office.get(f"{LIST}{twin.pk}/suppression/").context["lists"]] == ["Car de samedi"]
    assert office.get(f"{LIST}{segment.pk}/suppression/").context["lists"] == []
    delete_segment(segment=segment, by=None, now=now)
    assert "supprimé depuis" in office.get(f"{LIST}listes/").content.decode()


def test_a_list_is_deleted_and_its_name_is_free_again(
    office: TenantClient, alone: PeopleList, segment: Segment, now: datetime
) -> None:
    assert "5 personnes" in office.get(deletion(alone)).content.decode()
    answer = office.post(deletion(alone))
    assert answer["Location"] == f"{LIST}listes/"
    assert (PeopleList.objects.count(), PeopleListMember.objects.count(), Person.objects.count()) == (0, 0, 5)
    assert office.post(deletion(alone)).status_code == 404
    freeze_segment(segment=segment, name="Car de samedi", by=None, now=now)
    assert PeopleList.objects.get().count == 5


def test_whoever_counts_on_a_list_keeps_it_and_is_named(office: TenantClient, twin: Segment, now: datetime) -> None:
    other = add_segment(
        name="Pas du car", criteria={"not": {"any": [{"segment": {"in": [twin.pk]}}]}}, by=None, now=now
    )
    draft = Message.objects.create(subject="Rendez-vous", audience="segment", segment=twin)
    one = PeopleList.objects.get()
    mailing = Mailing.objects.create(
        title="En partance", legal_class="whole", criteria={"list": {"not_in": [one.pk]}}, starts_at=now
    )
    page = office.post(deletion(one))
    assert page.status_code == 409
    text = page.content.decode()
    assert all(word in text for word in ["Car de samedi", "Pas du car", "Rendez-vous", "En partance"])
    assert f'href="{LIST}{other.pk}/"' in text
    draft.delete()
    delete_segment(segment=other, by=None, now=now)
    delete_segment(segment=twin, by=None, now=now)
    assert office.post(deletion(one)).status_code == 409
    Mailing.objects.filter(pk=mailing.pk).update(state="waiting")  # its people are written down
    assert office.post(deletion(one)).status_code == 302


def test_a_reader_sees_lists_and_deletes_none(office_as: Any, alone: PeopleList) -> None:
    reader = office_as("reader")
    page = reader.get(f"{LIST}listes/")
    assert page.status_code == 200
    assert deletion(alone) not in page.content.decode()
    assert [reader.get(deletion(alone)).status_code, reader.post(deletion(alone)).status_code] == [403, 403]
    assert PeopleList.objects.exists()


def test_many_people_are_taken_off_by_a_worker(
    office: TenantClient,
    alone: PeopleList,
    run_tasks: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(unlisting, "MANY", 4)
    monkeypatch.setattr(unlisting, "AT_ONCE", 2)
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post(deletion(alone))
    run = Run.objects.get(kind=unlisting.UNLIST)
    assert (run.state, run.done, run.total, answer["Location"]) == (
        "done",
        5,
        5,
        f"{LIST}listes/{run.uuid}/suppression/",
    )
    assert (PeopleList.objects.count(), PeopleListMember.objects.count()) == (0, 0)
    assert office.get(answer["Location"])["Location"] == f"{LIST}listes/"


def test_a_list_that_is_leaving_serves_nothing_and_goes_on_after_a_kill(
    office: TenantClient, alone: PeopleList, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlisting, "MANY", 4)
    monkeypatch.setattr(unlisting, "AT_ONCE", 2)
    owner = User.objects.get()
    run = unlisting.delete_list(people_list=alone, by=owner, now=now)
    assert run is not None
    assert unlisting.delete_list(people_list=alone, by=owner, now=now) == run
    for operator in ("in", "not_in"):
        with pytest.raises(CriteriaInvalid):
            people_in({"list": {operator: [alone.pk]}})
    assert office.get(f"{LIST}suggestions/?what=list.in&q=car").json() == {"suggestions": []}
    assert "en cours de suppression" in office.get(f"{LIST}listes/").content.decode()

    def killed(_list_id: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as kill:
        kill.setattr(unlisting, "_delete", killed)
        with pytest.raises(KeyboardInterrupt):
            work_on(run_id=run.pk, clock=lambda: now)
    cancel_run(run=run, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    assert PeopleList.objects.exists()
    assert "interrompue" in office.get(f"{LIST}listes/{run.uuid}/suppression/").content.decode()
    assert office.post(deletion(alone))["Location"] == f"{LIST}listes/{run.uuid}/suppression/"
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.done, PeopleList.objects.count()) == ("done", 5, 0)


def test_a_list_in_the_making_is_deleted_only_once_it_was_interrupted(
    office: TenantClient, segment: Segment, now: datetime
) -> None:
    owner = User.objects.get()
    run = freezing.start_freezing(segment=segment, name="Car de samedi", by=owner, now=now)
    one = PeopleList.objects.get()
    assert "en cours d’écriture" in office.get(deletion(one)).content.decode()
    assert office.post(deletion(one)).status_code == 409
    assert f"{LIST}listes/{run.uuid}/" in office.get(f"{LIST}listes/").content.decode()
    Run.objects.filter(pk=run.pk).update(state="failed")
    assert office.post(deletion(one)).status_code == 302
    resume_run(run=run, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.failure, PeopleList.objects.count()) == ("failed", "deleted", 0)


def test_no_segment_is_saved_on_a_list_that_is_gone(alone: PeopleList, segment: Segment, now: datetime) -> None:
    owner = User.objects.create_user("x@example.org", "correct horse")
    unlisting.delete_list(people_list=alone, by=owner, now=now)
    criteria = {"list": {"in": [alone.pk]}}
    with pytest.raises(CriteriaInvalid):
        add_segment(name="Tri", criteria=criteria, by=None, now=now)
    with pytest.raises(CriteriaInvalid):
        change_segment(
            segment=segment, version=1, name=segment.name, description="", criteria=criteria, by=None, now=now
        )
