"""The review in the office: side by side, decided once, taken back."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from crm.duplicates.enums import PairState
from crm.duplicates.models import DuplicatePair
from crm.duplicates.services import SEARCH, merge_pair, start_search, tell_apart
from crm.people.models import Note, Person, PersonMerge
from crm.people.parting import part_people
from crm.runs.models import Run
from crm.runs.services import work_on
from tenants.facts import TenantFacts
from tests.crm.duplicates.support import FORM, person, twice
from tests.crm.fields.making import one_of_each


@pytest.fixture
def pair(tenant: TenantFacts, now: datetime) -> DuplicatePair:
    twice(now)
    run = start_search(by=None, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    return DuplicatePair.objects.get()


def url(pair: DuplicatePair) -> str:
    return f"/bureau/doublons/examen/{pair.pk}/"


def test_the_two_are_shown_with_what_differs(office: Any, pair: DuplicatePair) -> None:
    page = office.get(url(pair)).content.decode().replace("<wbr>", "")

    assert "Léa Durandal" in page
    assert "lea.durandal@gmail.com" in page
    assert "leadurandal+tract@gmail.com" in page
    assert 'name="field_first_name"' in page
    assert 'name="field_birth_date"' not in page  # the same for both


def test_their_notes_can_be_read_side_by_side(office: Any, pair: DuplicatePair, now: datetime) -> None:
    assert "group=notes" not in office.get(url(pair)).content.decode()
    for number in range(4):
        Note.objects.create(person=pair.second, text=f"Note {number}. " + "Long. " * 60, created_at=now)

    page = office.get(url(pair)).content.decode()

    assert "Note 3. Long." in page
    assert "Note 0." not in page  # the newest three: the others are on her page
    assert "Long. " * 40 not in page
    assert page.count("?group=notes#people-story") == 1


def test_a_merge_keeps_what_was_chosen(office: Any, pair: DuplicatePair) -> None:
    chosen = {
        "decision": "merge",
        "keep": "second",
        "field_first_name": "first",
        "first_emails": pair.first.emails.get().id,
    }

    answer = office.post(url(pair), chosen)

    assert answer.url == "/bureau/doublons/"
    kept = Person.objects.alive().get()
    assert (kept.pk, kept.first_name, kept.email, kept.phone) == (
        pair.second_id,
        "Léa",
        "lea.durandal@gmail.com",
        "+33612345678",
    )
    pair.refresh_from_db()
    assert pair.state == PairState.MERGED
    assert office.post(url(pair), chosen).status_code == 302  # a second click


def test_the_campaigns_own_fields_are_chosen_too(office: Any, pair: DuplicatePair) -> None:
    fields = one_of_each()
    car, number = str(fields["yes_no"].key), str(fields["number"].key)
    Person.objects.filter(pk=pair.first_id).update(custom={car: True, number: 1})
    Person.objects.filter(pk=pair.second_id).update(custom={number: 2})
    page = office.get(url(pair)).content.decode()
    assert f'name="field_custom.{number}"' in page
    assert "Affiches collées" in page
    office.post(url(pair), {"decision": "merge", "keep": "first", f"field_custom.{number}": "second"})
    assert Person.objects.alive().get().custom == {car: True, number: 2}


def test_a_merge_is_taken_back_on_the_persons_page(office: Any, pair: DuplicatePair) -> None:
    office.post(url(pair), {"decision": "merge", "keep": "first"})
    merge = PersonMerge.objects.get()

    assert f"/bureau/doublons/separation/{merge.pk}/" in office.get(pair.first.get_absolute_url()).content.decode()
    office.post(f"/bureau/doublons/separation/{merge.pk}/")

    assert Person.objects.alive().count() == 2
    pair.refresh_from_db()
    assert pair.state == PairState.NOT_SAME


def test_two_who_are_parted_are_named_as_they_are_again(office: Any, pair: DuplicatePair) -> None:
    office.post(url(pair), {"decision": "merge", "keep": "first", "field_first_name": "second"})
    parting = f"/bureau/doublons/separation/{PersonMerge.objects.get().pk}/"

    page = office.post(parting, follow=True).content.decode()

    assert re.search(r">Léa Durandal</a> et\s<a [^>]*>LEA DURANDAL</a>", page)


def test_two_of_one_name_who_are_parted_are_told_apart(office: Any, pair: DuplicatePair) -> None:
    Person.objects.filter(pk=pair.second_id).update(first_name="Léa", last_name="Durandal")
    office.post(url(pair), {"decision": "merge", "keep": "first"})
    parting = f"/bureau/doublons/separation/{PersonMerge.objects.get().pk}/"

    page = office.post(parting, follow=True).content.decode()

    assert ">Léa Durandal (lea.durandal@gmail.com)</a> et" in page
    assert ">Léa Durandal (leadurandal+tract@gmail.com)</a>" in page


@pytest.mark.parametrize(("decision", "state"), [("not_same", PairState.NOT_SAME), ("later", PairState.LATER)])
def test_other_decisions_are_kept(office: Any, pair: DuplicatePair, decision: str, state: str) -> None:
    office.post(url(pair), {"decision": decision})

    pair.refresh_from_db()
    assert pair.state == state
    assert Person.objects.alive().count() == 2
    office.post(f"{url(pair)}reprise/")
    pair.refresh_from_db()
    assert pair.state == PairState.OPEN


def test_what_a_colleague_decided_meanwhile_stands(office: Any, pair: DuplicatePair) -> None:
    office.post(url(pair), {"decision": "not_same"})
    office.post(url(pair), {"decision": "merge", "keep": "first"})

    pair.refresh_from_db()
    assert pair.state == PairState.NOT_SAME
    assert Person.objects.alive().count() == 2


def test_going_back_after_a_merge_leads_on(office: Any, pair: DuplicatePair) -> None:
    merge = {"decision": "merge", "keep": "first"}
    for answer in (office.post(url(pair), merge), office.post(url(pair), merge), office.get(url(pair))):
        assert answer.status_code == 302
    assert "déjà été tranchée" in office.get("/bureau/doublons/").content.decode()
    assert Person.objects.alive().count() == 1


def test_the_persons_page_and_the_dashboard_say_it(office: Any, pair: DuplicatePair) -> None:
    assert url(pair) in office.get(pair.first.get_absolute_url()).content.decode()
    assert "/bureau/doublons/examen/" in office.get("/bureau/").content.decode()


def test_only_owner_and_manager_may(office_as: Callable[[str], Any], pair: DuplicatePair) -> None:
    for role in ("communications", "reader"):
        assert office_as(role).get(url(pair)).status_code == 403
        assert office_as(role).post(url(pair), {"decision": "merge"}).status_code == 403
        assert "doublons" not in office_as(role).get(pair.first.get_absolute_url()).content.decode()
    assert office_as("manager").get("/bureau/doublons/").status_code == 200
    assert Person.objects.alive().count() == 2


def test_bad_input_changes_nothing(office: Any, pair: DuplicatePair) -> None:
    assert office.post(url(pair), {"decision": "burn"}).status_code == 422
    assert office.get("/bureau/doublons/examen/999/").status_code == 404
    assert Person.objects.alive().count() == 2


def test_the_certain_ones_are_merged_at_once_and_taken_back(
    office: Any, pair: DuplicatePair, now: datetime, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    third = person(
        now, email="le.adurandal@gmail.com", first_name="Lea", last_name="Durandal", birth_date=pair.first.birth_date
    )
    with django_capture_on_commit_callbacks(execute=True):
        start_search(by=None, now=now)
    assert DuplicatePair.objects.certain().count() == 3

    with django_capture_on_commit_callbacks(execute=True):
        report = office.post("/bureau/doublons/certains/").url

    run = Run.objects.exclude(kind=SEARCH).get()
    assert (run.state, run.result["counts"]["merged"]) == ("done", 2)
    kept = Person.objects.alive().get()
    assert kept.emails.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        office.post(f"{report}annulation/")
    run.refresh_from_db()
    assert run.state == "undone"
    assert Person.objects.alive().count() == 3
    third.refresh_from_db()
    assert third.email == "le.adurandal@gmail.com"


def test_a_decision_about_the_merged_one_holds_for_the_kept_one(
    tenant: TenantFacts, now: datetime, pair: DuplicatePair
) -> None:
    third = person(now, first_name="Zed", email="z@example.org")
    decided = DuplicatePair.objects.create(first=pair.second, second=third, score=400, found_at=now)
    tell_apart(pair=decided, by=1, now=now)

    merge = merge_pair(pair=pair, keep_id=pair.first_id, source=FORM, now=now)

    assert DuplicatePair.objects.get(first=pair.first, second=third).state == PairState.NOT_SAME
    part_people(merge=merge, source=FORM, now=now)
    pair.refresh_from_db()
    assert pair.state == PairState.NOT_SAME


def test_the_list_shows_the_likeliest_and_leads_to_the_review_of_all(
    office: Any, pair: DuplicatePair, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = person(now, first_name="Zed", last_name="Bis", email="z@example.org")
    Person.objects.filter(pk=pair.second_id).update(first_name=pair.first.first_name, last_name=pair.first.last_name)
    DuplicatePair.objects.create(first=pair.first, second=third, score=400, found_at=now)

    page = office.get("/bureau/doublons/").content.decode()
    assert f'{pair.first.full_name} <span class="discret">deux fois</span>' in page
    assert "l’examen les passe toutes en revue" not in page
    monkeypatch.setattr("crm.duplicates.views.overview.SHOWN", 1)
    page = office.get("/bureau/doublons/").content.decode()

    assert page.count('class="nom"') == 1
    assert "l’examen les passe toutes en revue" in page
    assert page.count('href="/bureau/doublons/examen/"') == 2  # above the list, and at hand below it
