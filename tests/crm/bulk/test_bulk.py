"""One act on many: everybody whom a filter shows, reported, and taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.bulk import working
from crm.bulk.enums import Action
from crm.bulk.forms import TO_TYPE
from crm.bulk.models import BulkChange
from crm.consent.services import ConsentGiven, Source
from crm.people.models import ErasureRequest, Person, PersonChange, Tag, TagChange
from crm.people.services import ContactData, capture
from crm.runs.models import Run
from crm.runs.services import SILENCE, cancel_run, resume_run, start_run, undo_run, watch_run, work_on
from crm.runs.tasks import work_task
from tenants.facts import TenantFacts
from tests.crm.bulk.conftest import URL

FORM = Source(kind="form", reference="form:1")
NEWS = ConsentGiven("news", "email", granted=True, basis="import_declared", wording="Yes.")


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> list[Person]:
    """Four of the thirteenth département, one of whom is tagged already, and one elsewhere."""
    for number in range(5):
        contact = ContactData(
            email=f"p{number}@example.org", first_name="Ada", postcode="13001" if number < 4 else "59000",
            tags=("vélo",) if number == 0 else (),
        )  # fmt: skip
        capture(contact=contact, kind="signed_up", source=FORM, consents=[NEWS], now=now)
    return list(Person.objects.order_by("pk"))


def tagged(name: str) -> set[int]:
    return set(Person.objects.tagged(Tag.objects.get(name=name).pk).values_list("pk", flat=True))


def test_a_tag_goes_to_all_whom_the_filter_shows(
    people: list[Person], act: Callable[..., Run], take_back: Callable[[Run], None], office: Any
) -> None:
    run = act(action="tag", tag="Vélo")

    assert tagged("vélo") == {person.pk for person in people[:4]}
    assert (run.result["seen"], run.result["changed"]) == (4, 3)
    assert TagChange.objects.filter(source_reference=f"bulk:{run.pk}").count() == 3
    page = office.get(f"{URL}{run.uuid}/").content.decode()
    assert "vélo" in page
    assert "Rien à changer pour 1" in page
    take_back(run)
    assert tagged("vélo") == {people[0].pk}
    assert not BulkChange.objects.exists()


def test_ticked_people_only(people: list[Person], act: Callable[..., Run]) -> None:
    act(f"?ids={people[1].pk}&ids={people[4].pk}", action="tag", tag="vélo")

    assert tagged("vélo") == {people[0].pk, people[1].pk, people[4].pk}


def test_taking_a_tag_away_while_filtering_by_it(
    people: list[Person], act: Callable[..., Run], take_back: Callable[[Run], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "AT_ONCE", 1)
    act(action="tag", tag="vélo")
    run = act(f"?tag={Tag.objects.get().pk}", action="untag", tag="vélo")

    assert tagged("vélo") == set()
    take_back(run)
    assert tagged("vélo") == {person.pk for person in people[:4]}


def test_a_relationship_changes_what_may_be_sent(
    people: list[Person], act: Callable[..., Run], take_back: Callable[[Run], None]
) -> None:
    run = act(action="relate", relationship="occasional")

    assert set(Person.objects.filter(departement_code="13").values_list("relationship", "can_email")) == {
        ("occasional", False)
    }
    assert PersonChange.objects.filter(source_reference=f"bulk:{run.pk}").count() == 4
    Person.objects.filter(pk=people[2].pk).update(relationship="member")
    take_back(run)
    after = dict(Person.objects.values_list("pk", "relationship"))
    assert [after[person.pk] for person in people] == ["regular", "regular", "member", "regular", "regular"]
    assert Person.objects.get(pk=people[0].pk).can_email


def test_an_erasure_has_its_delay_and_its_number(
    people: list[Person], act: Callable[..., Run], take_back: Callable[[Run], None], office: Any
) -> None:
    for wrong in ({}, {"number": "3"}):
        assert office.post(f"{URL}?departement=13", {"action": "erase", **wrong}).status_code == 422
    assert not Person.objects.exclude(erase_requested_at=None).exists()

    run = act(action="erase", number="4")

    assert Person.objects.exclude(erase_requested_at=None).count() == 4
    take_back(run)
    assert not Person.objects.exclude(erase_requested_at=None).exists()


def test_taking_a_bulk_erasure_back_hears_whoever_asked_herself_meanwhile(
    people: list[Person], act: Callable[..., Run], take_back: Callable[[Run], None], office: Any
) -> None:
    run = act(action="erase", number="4")
    page = people[0].get_absolute_url()
    assert "effacement/" in office.get(page).content.decode()
    assert office.post(f"{page}effacement/", {"name": people[0].full_name}).status_code == 302
    assert "2 demandes" in office.get(page).content.decode()

    take_back(run)

    assert list(Person.objects.exclude(erase_requested_at=None)) == [people[0]]
    assert ErasureRequest.objects.get().source_reference == ""


def test_each_bulk_erasure_stands_for_itself(
    people: list[Person], act: Callable[..., Run], take_back: Callable[[Run], None]
) -> None:
    first, second = act(action="erase", number="4"), act(action="erase", number="4")

    take_back(first)

    assert Person.objects.exclude(erase_requested_at=None).count() == 4
    take_back(second)
    assert not Person.objects.exclude(erase_requested_at=None).exists()


def test_many_ask_for_the_number(office: Any, people: list[Person], now: datetime) -> None:
    Person.objects.bulk_create(Person(first_name="B", departement_code="13") for _ in range(TO_TYPE))

    assert office.post(f"{URL}?departement=13", {"action": "tag", "tag": "vélo"}).status_code == 422
    assert office.post(f"{URL}?departement=13", {"action": "tag", "tag": "vélo", "number": "204"}).status_code == 302


def test_bad_wishes_are_told(office: Any, people: list[Person]) -> None:
    for wrong in (
        {"action": "tag"},
        {"action": "untag", "tag": "nobody"},
        {"action": "relate", "relationship": "x"},
        {"action": "x"},
    ):
        assert office.post(URL, wrong).status_code == 422
    assert not Run.objects.exists()


def test_only_who_may_edit(office_as: Callable[[str], Any], people: list[Person]) -> None:
    for role in ("communications", "reader"):
        assert office_as(role).get(URL).status_code == 403
        assert office_as(role).post(URL, {"action": "tag", "tag": "x"}).status_code == 403
    assert office_as("manager").get(f"{URL}?departement=13").status_code == 200


def start(people: list[Person], now: datetime) -> Run:
    whom = {"query": "departement=13", "ids": []}
    told = {"action": "tag", "whom": whom, "through": people[-1].pk, "tag": Tag.objects.get().pk}
    return start_run(kind="bulk.act", parameters=told, by=1, now=now)


def test_a_killed_worker_is_replaced_and_nobody_is_done_twice(
    people: list[Person],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(working, "AT_ONCE", 1)
    run, kept, calls = start(people, now), working._keep, []

    def dies(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        kept(*args)

    monkeypatch.setattr(working, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.done) == ("running", 2)

    with django_capture_on_commit_callbacks(execute=True):
        watch_run(run_id=run.pk, now=now + SILENCE - timedelta(seconds=1))
    assert len(calls) == 3
    with django_capture_on_commit_callbacks(execute=True):
        watch_run(run_id=run.pk, now=now + SILENCE)

    run.refresh_from_db()
    assert (run.state, run.done, run.result["changed"]) == ("done", 4, 3)
    assert TagChange.objects.filter(source_reference=f"bulk:{run.pk}").count() == 3


def test_a_run_stops_when_it_is_asked_to_and_goes_on_later(people: list[Person], now: datetime) -> None:
    run = start(people, now)
    Run.objects.filter(pk=run.pk).update(state="running")
    cancel_run(run=run, now=now)

    work_on(run_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert (run.state, run.done, tagged("vélo")) == ("cancelled", 0, {people[0].pk})
    resume_run(run=run, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.done) == ("done", 4)


def test_a_filter_whose_tag_is_gone_means_nobody_and_not_everybody(
    people: list[Person], now: datetime, office: Any
) -> None:
    whom = {"query": f"tag={Tag.objects.get().pk + 1}", "ids": []}
    told = {"action": "erase", "whom": whom, "through": people[-1].pk}
    run = start_run(kind="bulk.act", parameters=told, by=1, now=now)

    work_on(run_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert (run.state, run.result.get("seen", 0)) == ("done", 0)
    assert not Person.objects.exclude(erase_requested_at=None).exists()
    assert office.post(f"{URL}?tag=nonsense", {"action": "erase", "number": "5"}).status_code == 422
    assert office.post(f"{URL}?ids=nonsense", {"action": "erase", "number": "5"}).status_code == 422


def test_a_worker_that_was_replaced_and_fails_leaves_the_run_to_the_other(
    people: list[Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, other = start(people, now), uuid4()

    def slow(*args: Any, **kwargs: Any) -> Any:
        Run.objects.filter(pk=run.pk).update(lease=other)  # the watch took it for dead
        raise RuntimeError

    monkeypatch.setattr(working, "people_selected", slow)
    work_task.apply(kwargs={"run_id": run.pk})
    run.refresh_from_db()
    assert (run.state, run.failure, run.lease) == ("running", "", other)


def test_a_worker_that_fails_says_so(people: list[Person], now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(of_run: Any, ids: Any) -> Any:
        raise RuntimeError

    run = start(people, now)
    monkeypatch.setitem(working.ACTS, Action.TAG, fails)
    work_task.apply(kwargs={"run_id": run.pk})
    run.refresh_from_db()
    assert (run.state, run.failure, run.lease) == ("failed", "error", None)


def test_an_undoing_that_failed_goes_on_as_an_undoing(
    people: list[Person], act: Callable[..., Run], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> Any:
        raise RuntimeError

    run = act(action="tag", tag="vélo")
    undo_run(run=run, now=now)
    with monkeypatch.context() as patch:
        patch.setattr(working, "_restore", fails)
        work_task.apply(kwargs={"run_id": run.pk})
    run.refresh_from_db()
    assert (run.state, len(tagged("vélo"))) == ("failed", 4)

    resume_run(run=run, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, tagged("vélo")) == ("undone", {people[0].pk})
