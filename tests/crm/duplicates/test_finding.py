"""Who is twice in the file, and who only looks like it."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from crm.duplicates import finding
from crm.duplicates.comparing import compare_people
from crm.duplicates.enums import PairState
from crm.duplicates.keeping import keep_pairs
from crm.duplicates.listening import next_night
from crm.duplicates.models import DuplicatePair
from crm.duplicates.services import SEARCH, start_search, tell_apart
from crm.people.models import Person
from crm.people.services import ContactData, capture
from crm.runs.models import Run
from crm.runs.services import work_on
from tenants.context import carry_tenant, public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm
from tests.crm.duplicates.support import BORN, FORM, person, twice

HOME = {"street": "12 rue de la Paix", "postcode": "13001", "city": "Marseille"}


def search(now: datetime, **how: bool) -> Run:
    run = start_search(by=None, now=now, **how)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.state == "done", run.failure
    return run


def pairs() -> set[tuple[int, int]]:
    return set(DuplicatePair.objects.values_list("first_id", "second_id"))


SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"first_name": "Léa", "last_name": "Morvan", "birth_date": BORN}, {"first_name": "LEA", "last_name": "MORVAN", "birth_date": BORN}),
    ({"first_name": "Camille", "last_name": "Lacombe", "birth_date": BORN}, {"first_name": "Camlile", "last_name": "Lacombe", "birth_date": BORN}),
    ({"first_name": "Morvan", "last_name": "Yann", **HOME}, {"first_name": "Yann", "last_name": "Morvan", **HOME}),
    ({"first_name": "Odile", "last_name": "Petit", "birth_name": "Kervella", "birth_date": BORN}, {"first_name": "Odile", "last_name": "Kervella", "birth_date": BORN}),
    ({"first_name": "Jean-Pierre", "last_name": "Kervella", "phone": "0612345678", "postcode": "13001"}, {"first_name": "Jean", "last_name": "Kervella", "phone": "06 12 34 56 78", "postcode": "13001"}),
    ({"first_name": "Ana", "last_name": "Bouvier", "birth_date": BORN, **HOME}, {"first_name": "Ana", "last_name": "Bouvier", "birth_date": date(1990, 5, 18), **HOME}),
    ({"email": "zoe.tarin@gmail.com", "first_name": "Zoé"}, {"email": "zoetarin+vote@googlemail.com", "first_name": "Zoe"}),
]  # fmt: skip
OTHERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # a couple: one roof, one telephone, one name
    ({"first_name": "Marc", "last_name": "Morvan", "phone": "0612345678", **HOME}, {"first_name": "Julie", "last_name": "Morvan", "phone": "0612345678", **HOME}),
    # twins
    ({"first_name": "Léa", "last_name": "Morvan", "birth_date": BORN, "phone": "0612345678", **HOME}, {"first_name": "Léo", "last_name": "Morvan", "birth_date": BORN, "phone": "0612345678", **HOME}),
    # father and son
    ({"first_name": "Yann", "last_name": "Morvan", "birth_date": date(1955, 3, 2), "phone": "0612345678", **HOME}, {"first_name": "Yann", "last_name": "Morvan", "birth_date": date(1984, 7, 9), "phone": "0612345678", **HOME}),
    # a couple of two names, one first name within the other
    ({"first_name": "Jean-Marc", "last_name": "Legrand", "phone": "0612345678", **HOME}, {"first_name": "Jean", "last_name": "Bonnet", "phone": "0612345678", **HOME}),
    # one name, born on other days in other towns
    ({"first_name": "Marie", "last_name": "Martin", "birth_date": BORN, "postcode": "13001"}, {"first_name": "Marie", "last_name": "Martin", "birth_date": date(1988, 11, 2), "postcode": "59000"}),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), SAME)
def test_one_person_is_found_in_the_full_pass_and_at_sign_up(
    tenant: TenantFacts, now: datetime, first: dict[str, Any], second: dict[str, Any]
) -> None:
    one, two = person(now, **first), person(now, **second)

    search(now)
    whole = pairs()
    DuplicatePair.objects.all().delete()
    compare_people(person_ids=[two.pk], now=now)

    assert whole == {(one.pk, two.pk)}
    if "email" not in first:  # dots are found in the night only: no index knows them
        assert pairs() == whole


@pytest.mark.parametrize(("first", "second"), OTHERS)
def test_two_people_are_left_alone(
    tenant: TenantFacts, now: datetime, first: dict[str, Any], second: dict[str, Any]
) -> None:
    for told in (first, second):
        person(now, **told)

    search(now)

    assert pairs() == set()


def test_what_was_decided_never_comes_back(tenant: TenantFacts, now: datetime) -> None:
    twice(now)
    search(now)
    tell_apart(pair=DuplicatePair.objects.get(), by=1, now=now)

    search(now + timedelta(days=1))

    assert DuplicatePair.objects.get().state == PairState.NOT_SAME


def test_a_pair_that_nothing_speaks_for_any_more_is_taken_away(tenant: TenantFacts, now: datetime) -> None:
    _first, second = twice(now)
    search(now)
    Person.objects.filter(pk=second.pk).update(first_name="Bruno", last_name="Zylber", birth_date=None)
    second.emails.all().delete()

    search(now + timedelta(days=1))

    assert pairs() == set()


def test_a_search_that_was_killed_goes_on_after_the_last_pairs(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        for _twice in range(2):
            person(
                now,
                email=f"x{_twice}n{number}@example.org",
                first_name="Odile",
                last_name=f"Kerv{'abcdef'[number] * 4}",
                birth_date=BORN + timedelta(days=400 * number),
            )
    monkeypatch.setattr(finding, "AT_ONCE", 2)
    kept, told = keep_pairs, []

    def dies(*args: Any, **kwargs: Any) -> int:
        told.append(args[1].height)
        if len(told) == 3:
            raise KeyboardInterrupt
        return kept(*args, **kwargs)

    monkeypatch.setattr(finding, "keep_pairs", dies)
    run = start_search(by=None, now=now)
    with pytest.raises(KeyboardInterrupt):
        work_on(run_id=run.pk, clock=lambda: now)
    before = pairs()
    work_on(run_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert run.state == "done"
    assert before < pairs()
    assert sum(told[3:]) == run.total - 4  # what was kept before is not scored again
    assert run.result["kept"] == DuplicatePair.objects.count() == 6


def test_after_an_import_only_the_new_are_compared(tenant: TenantFacts, now: datetime) -> None:
    first, second = twice(now)
    search(now)
    DuplicatePair.objects.all().delete()
    third = person(now, first_name="Lea", last_name="Durandal", birth_date=BORN)

    run = search(now, only_new=True)

    assert run.result["people"] == 1
    assert pairs() == {(first.pk, third.pk), (second.pk, third.pk)}


def test_who_signs_up_is_compared_at_once(
    tenant: TenantFacts, now: datetime, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    first = person(now, email="a@example.org", first_name="Léa", last_name="Durandal", birth_date=BORN)
    with django_capture_on_commit_callbacks(execute=True):
        contact = ContactData(email="b@example.org", first_name="Lea", last_name="Durandal", birth_date=BORN)
        second = capture(contact=contact, kind="signed_up", source=FORM, now=now).person_id

    assert pairs() == {(first.pk, second)}
    with public_context():
        assert Alarm.objects.filter(kind="duplicates.night").exists()


def test_each_campaign_searches_at_its_own_hour_of_the_night(now: datetime) -> None:
    nights = {next_night(now, schema) for schema in ("c_1", "c_2", "c_3")}

    assert len(nights) == 3
    assert all(now < night < now + timedelta(days=1, hours=6) for night in nights)
    assert all(1 <= night.hour < 5 for night in nights)


def test_two_clicks_at_the_same_moment_are_one_search(live_tenant: TenantFacts, now: datetime) -> None:
    ready = Barrier(2)

    def click() -> None:
        ready.wait()
        start_search(by=None, now=now)

    clicks = [Thread(target=carry_tenant(click)) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert Run.objects.filter(kind=SEARCH).count() == 1


@pytest.mark.parametrize(
    ("address", "other"),
    [("ma1@ex.fr", "ma2@ex.fr"), ("mathilde.aubert@un.example", "mathilde.aubert@deux.example")],
    ids=["too short to say anything", "made of the name itself"],
)
def test_a_birthday_and_the_name_before_the_at_leave_a_doubt(
    tenant: TenantFacts, now: datetime, address: str, other: str
) -> None:
    for email in (address, other):
        person(now, email=email, first_name="Mathilde", last_name="Aubert", birth_date=BORN)
    search(now)

    assert not DuplicatePair.objects.get().is_certain


def test_short_addresses_are_not_one_name(tenant: TenantFacts, now: datetime) -> None:
    for email in ("ma1@ex.fr", "ma2@ex.fr"):
        person(now, email=email, first_name="Mathilde", last_name="Aubert", birth_date=BORN)
    search(now)

    assert "email_name" not in DuplicatePair.objects.get().reasons


def test_a_birthday_and_an_address_leave_none(tenant: TenantFacts, now: datetime) -> None:
    for email in ("ma1@ex.fr", "ma2@ex.fr"):
        person(now, email=email, first_name="Mathilde", last_name="Aubert", birth_date=BORN, **HOME)
    search(now)

    assert DuplicatePair.objects.get().is_certain
