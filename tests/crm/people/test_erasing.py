"""Forgetting somebody, and staying able to prove what she had agreed to."""

from datetime import datetime, timedelta

import pytest

from crm.bulk.models import BulkChange
from crm.consent.enums import Reach
from crm.consent.models import ConsentEntry, ConsentState, Suppression
from crm.consent.services import ConsentGiven, Source
from crm.duplicates.models import DuplicatePair
from crm.imports.models import Import, UpdatedPerson
from crm.people import erasing
from crm.people.erasing import (
    AGAIN,
    ALARM,
    DELAY,
    cancel_erasure,
    erase_person,
    erase_when_due,
    request_erasure,
    withdraw_request,
)
from crm.people.growth import growth
from crm.people.models import Activity, EmailAddress, ErasureRequest, Note, Person, PersonChange, PhoneNumber
from crm.people.queries import contact_count
from crm.people.saved_views import choice_of, keep_view, views_for
from crm.people.searching import people_matching
from crm.people.services import ContactData, capture
from crm.runs.models import Run
from crm.segments.models import PeopleList, PeopleListMember
from tenants.alarms import cancel_alarm
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm

FORM = Source(kind="form", reference="form:1")
IMPORT = Source(kind="import", reference="import:7")
TEAM = Source(kind="office", reference="person", actor_id=1)
NEWS = ConsentGiven("news", "email", granted=True, basis="consent", wording="Yes, write to me.")
ADA = ContactData(
    email="ada@example.org", phone="0612345678", first_name="Ada", last_name="Durand", tags=("ecology",), note="Kind."
)


def ada(now: datetime) -> Person:
    done = capture(contact=ADA, kind="signed_up", source=FORM, consents=[NEWS], payload={"page": "x"}, now=now)
    return Person.objects.get(pk=done.person_id)


def alarms() -> list[datetime]:
    with public_context():
        return [alarm.due_at for alarm in Alarm.objects.filter(kind=ALARM)]


def test_from_the_request_on_nothing_is_sent(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)

    due = request_erasure(person=person, source=TEAM, now=now)

    person.refresh_from_db()
    assert due == now + DELAY
    assert (person.can_email, person.first_name) == (False, "Ada")
    with public_context():
        assert Alarm.objects.filter(kind="people.erase", key=str(person.pk)).exists()


def test_a_request_taken_back_restores_everything(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    request_erasure(person=person, source=TEAM, now=now)

    cancel_erasure(person=person, source=TEAM, now=now + timedelta(days=1))

    person.refresh_from_db()
    assert person.can_email
    assert not erase_when_due(person_id=person.pk, now=now + DELAY)


def test_each_request_stands_for_itself(tenant: TenantFacts, now: datetime) -> None:
    person, bulk = ada(now), Source(kind="office", reference="bulk:1", actor_id=1)
    request_erasure(person=person, source=bulk, now=now)
    request_erasure(person=person, source=TEAM, now=now + timedelta(days=2))

    withdraw_request(person=person, source=bulk, now=now + timedelta(days=3))

    person.refresh_from_db()
    assert person.erase_requested_at == now + timedelta(days=2)
    assert not person.can_email
    assert not Activity.objects.filter(kind="erasure_cancelled").exists()  # she still goes
    assert not erase_when_due(person_id=person.pk, now=now + DELAY)
    with public_context():
        assert Alarm.objects.get(kind="people.erase", key=str(person.pk)).due_at == now + timedelta(days=2) + DELAY
    withdraw_request(person=person, source=bulk, now=now + timedelta(days=4))  # again: nothing is left of it
    assert erase_when_due(person_id=person.pk, now=now + timedelta(days=2) + DELAY)
    assert not ErasureRequest.objects.exists()


def test_the_last_request_that_is_withdrawn_restores_everything(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    request_erasure(person=person, source=TEAM, now=now)

    withdraw_request(person=person, source=TEAM, now=now)

    person.refresh_from_db()
    assert (person.erase_requested_at, person.can_email) == (None, True)
    with public_context():
        assert not Alarm.objects.filter(kind="people.erase", key=str(person.pk)).exists()


def test_taking_the_erasure_back_by_hand_takes_every_request_back(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    for reference in ("bulk:1", "person"):
        request_erasure(person=person, source=Source(kind="office", reference=reference), now=now)

    cancel_erasure(person=person, source=TEAM, now=now)

    person.refresh_from_db()
    assert person.can_email
    assert not ErasureRequest.objects.exists()


def test_an_erasure_that_fails_is_asked_for_again_until_it_is_done(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, due = ada(now), now + DELAY
    request_erasure(person=person, source=TEAM, now=now)
    cancel_alarm(ALARM, key=str(person.pk))  # it rang

    def fail(_person_ids: list[int], _now: datetime) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "_on_erase", [fail])
        with pytest.raises(ConnectionError):
            erase_when_due(person_id=person.pk, now=due)
    assert alarms() == [due + AGAIN]

    assert erase_when_due(person_id=person.pk, now=due + AGAIN)
    assert alarms() == []


def test_an_alarm_that_rings_too_early_rings_again_on_the_day(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    request_erasure(person=person, source=TEAM, now=now)
    cancel_alarm(ALARM, key=str(person.pk))  # it rang

    assert not erase_when_due(person_id=person.pk, now=now + timedelta(days=1))

    assert alarms() == [now + DELAY]
    cancel_erasure(person=person, source=TEAM, now=now)
    assert not erase_when_due(person_id=person.pk, now=now + DELAY)
    assert alarms() == []


def test_whoever_asks_twice_leaves_once(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    for reference in ("bulk:1", "person"):
        request_erasure(person=person, source=Source(kind="office", reference=reference), now=now)

    assert growth(now).departures == 1


def test_nothing_that_names_her_stays(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    request_erasure(person=person, source=TEAM, now=now)

    assert not erase_when_due(person_id=person.pk, now=now + DELAY - timedelta(minutes=1))
    assert erase_when_due(person_id=person.pk, now=now + DELAY)

    person.refresh_from_db()
    assert (person.first_name, person.last_name, person.email, person.phone, person.tag_ids) == ("", "", "", "", [])
    for model in (EmailAddress, PhoneNumber, Note, PersonChange, ConsentState):
        assert not model.objects.filter(person=person).exists()
    assert set(Activity.objects.values_list("payload__page", flat=True)) == {None}
    assert contact_count() == 0
    assert not people_matching("ada").exists()


def test_other_apps_forget_her_in_the_same_transaction(tenant: TenantFacts, now: datetime) -> None:
    """Nothing waits for the commit: a process killed behind it leaves nothing of her."""
    person = ada(now)
    other = Person.objects.create(last_name="Durand")
    run = Run.objects.create(kind="bulk.act")
    brought = Import.objects.create(name="Fichier", created_at=now)
    people_list = PeopleList.objects.create(name="Samedi", frozen_at=now)
    PeopleListMember.objects.create(people_list=people_list, person=person)
    DuplicatePair.objects.create(first=person, second=other, score=900, found_at=now)
    UpdatedPerson.objects.create(import_run=brought, person=person, changes={"occupation": ["Maçonne", "Élue"]})
    BulkChange.objects.create(run=run, person=person, before="member")

    erase_person(person_id=person.pk, now=now)

    for model in (PeopleListMember, DuplicatePair, UpdatedPerson, BulkChange):
        assert not model.objects.exists(), model


def test_views_of_the_list_that_name_her_alone_go_with_her(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    capture(contact=ContactData(email="b@example.org", last_name="Durand"), kind="signed_up", source=FORM, now=now)
    for name, query in {
        "hers": "q=Ada+Durand&sort=name",
        "by mail": "q=ADA%40example.org",
        "family": "q=durand",
        "young": "since=30",
        "place": "q=Marseille",
    }.items():
        keep_view(view=None, name=name, query=query, columns=[], by=1, is_shared=True, is_default=name == "hers")

    erase_person(person_id=person.pk, now=now)

    assert {view.name for view in views_for(1)} == {"family", "young", "place"}
    assert choice_of(1).view is None


def test_the_proof_of_her_consent_outlives_her(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    request_erasure(person=person, source=TEAM, now=now)
    erase_when_due(person_id=person.pk, now=now + DELAY)

    entry = ConsentEntry.objects.select_related("wording").get()
    assert (entry.person_id, entry.wording.text) == (person.pk, "Yes, write to me.")


def test_a_file_does_not_bring_an_erased_address_back(tenant: TenantFacts, now: datetime) -> None:
    person = ada(now)
    request_erasure(person=person, source=TEAM, now=now)
    erase_when_due(person_id=person.pk, now=now + DELAY)

    again = capture(contact=ADA, kind="imported", source=IMPORT, consents=[NEWS], now=now + DELAY)

    back = Person.objects.get(pk=again.person_id)
    assert back.pk != person.pk
    assert (back.can_email, Reach(back.email_reach)) == (False, Reach.SUPPRESSED)
    assert all(len(bytes(one.address_hash)) == 32 for one in Suppression.objects.all())
