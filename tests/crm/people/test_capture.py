"""The one write path: who is recognized, what is filled, what is replaced, what is never lost."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from crm.consent.models import ConsentEntry, ConsentState
from crm.consent.services import ConsentGiven, Source, suppress_address
from crm.people.activities import ActivityEvent, on_activity
from crm.people.models import Activity, EmailAddress, Person, PersonChange, PostalAddress
from crm.people.services import Captured, CaptureWarning, ContactData, NobodyToCapture, capture
from tenants.facts import TenantFacts

FORM = Source(kind="form", reference="form:1")
IMPORT = Source(kind="import", reference="import:7")
OFFICE = Source(kind="office", reference="person", actor_id=1)
NEWS = ConsentGiven("news", "email", granted=True, basis="consent", wording="Yes, write to me.")
ADA = ContactData(email="Ada@Example.org", first_name="Ada", last_name="Durand")


def take(contact: ContactData, now: datetime, source: Source = FORM, **extra: Any) -> Captured:
    return capture(contact=contact, kind="signed_up", source=source, now=now, **extra)


def test_a_form_makes_a_person_who_may_be_written_to(tenant: TenantFacts, now: datetime) -> None:
    contact = replace(ADA, phone="06 12 34 56 78", postcode="13001", city="Marseille", street="1, quai du Port")

    done = take(contact, now, consents=[NEWS])

    person = Person.objects.get(pk=done.person_id)
    assert done.created
    assert (person.email, person.phone) == ("ada@example.org", "+33612345678")
    assert (person.commune_code, person.departement_code, person.region_code) == ("13201", "13", "93")
    assert (person.can_email, person.can_sms, person.can_call, person.can_post) == (True, False, False, False)
    assert person.last_activity_at == now
    assert EmailAddress.objects.get(person=person).typed == "Ada@Example.org"


def test_the_same_act_twice_is_one_activity(tenant: TenantFacts, now: datetime) -> None:
    first = take(ADA, now, key="form:1:abc", consents=[NEWS])
    second = take(ADA, now, key="form:1:abc", consents=[NEWS])

    assert (second.person_id, second.activity_id, second.created) == (first.person_id, first.activity_id, False)
    assert Activity.objects.count() == 1
    assert ConsentEntry.objects.count() == 1


def test_the_same_email_in_other_letters_is_the_same_person(tenant: TenantFacts, now: datetime) -> None:
    first = take(ADA, now)
    second = take(ContactData(email="  ADA@EXAMPLE.ORG ", occupation="Engineer"), now)

    assert second.person_id == first.person_id
    assert Person.objects.get().occupation == "Engineer"


def test_a_shared_telephone_makes_one_person_only_with_the_same_name(tenant: TenantFacts, now: datetime) -> None:
    first = take(ContactData(phone="0612345678", first_name="Zoé", last_name="Faure"), now)
    same = take(ContactData(phone="+33 6 12 34 56 78", first_name="ZOE", last_name="faure"), now)
    other = take(ContactData(phone="0612345678", first_name="Paul", last_name="Faure"), now)

    assert same.person_id == first.person_id
    assert other.person_id != first.person_id


def test_the_external_id_wins_over_the_email(tenant: TenantFacts, now: datetime) -> None:
    one = take(replace(ADA, external_id="NB-1"), now, source=IMPORT)
    take(ContactData(email="boris@example.org", external_id="NB-2"), now, source=IMPORT)

    done = take(ContactData(email="boris@example.org", external_id="NB-1"), now, source=IMPORT)

    assert done.person_id == one.person_id
    assert done.warnings == (CaptureWarning("email", "boris@example.org", "belongs_to_another"),)


def test_an_import_fills_what_is_empty_and_replaces_nothing(tenant: TenantFacts, now: datetime) -> None:
    take(ADA, now)

    take(ContactData(email="ada@example.org", first_name="Adèle", birth_date=date(1980, 5, 1)), now, source=IMPORT)

    person = Person.objects.get()
    assert (person.first_name, person.birth_date) == ("Ada", date(1980, 5, 1))
    change = PersonChange.objects.get()
    assert (change.changes, change.source_reference) == ({"birth_date": [None, "1980-05-01"]}, "import:7")


def test_what_she_says_herself_replaces_an_import_but_not_the_team(tenant: TenantFacts, now: datetime) -> None:
    take(replace(ADA, occupation="Nurse"), now, source=IMPORT)
    person = Person.objects.get()
    PersonChange.objects.create(person=person, changes={"first_name": ["Ad", "Ada"]}, at=now, source_kind="office")

    take(ContactData(email="ada@example.org", first_name="Adeline", occupation="Doctor"), now)

    person.refresh_from_db()
    assert (person.first_name, person.occupation) == ("Ada", "Doctor")


def test_a_postcode_of_several_communes_is_left_open(tenant: TenantFacts, now: datetime) -> None:
    take(replace(ADA, postcode="01400"), now)

    person = Person.objects.get()
    assert (person.postcode, person.commune_code, person.departement_code) == ("01400", "", "01")


@pytest.mark.parametrize(
    ("typed", "postcode", "number"),
    [
        ("0692 12 34 56", "97400", "+262692123456"),
        ("0690001234", "97110", "+590690001234"),
        ("0639012345", "", "+262639012345"),
        ("+32 470 12 34 56", "", "+32470123456"),
        ("00 33 6 12 34 56 78", "", "+33612345678"),
    ],
)
def test_a_number_is_read_in_its_territory(
    tenant: TenantFacts, now: datetime, typed: str, postcode: str, number: str
) -> None:
    take(replace(ADA, phone=typed, postcode=postcode), now)

    assert Person.objects.get().phone == number


def test_what_cannot_be_read_is_told_and_kept(tenant: TenantFacts, now: datetime) -> None:
    done = take(ContactData(email="ada(at)example.org", phone="12", last_name="Durand"), now)

    assert {(one.field, one.code) for one in done.warnings} == {("email", "not_an_address"), ("phone", "not_a_number")}
    assert Activity.objects.get().payload == {"unread": {"email": "ada(at)example.org", "phone": "12"}}


def test_nobody_is_not_captured(tenant: TenantFacts, now: datetime) -> None:
    with pytest.raises(NobodyToCapture):
        take(ContactData(email="nobody"), now)

    assert Person.objects.count() == 0


def test_a_domain_with_accents_is_kept_in_ascii(tenant: TenantFacts, now: datetime) -> None:
    take(ContactData(email="elodie@Exemple-été.fr"), now)

    assert EmailAddress.objects.get().address == "elodie@xn--exemple-t-i4ab.fr"
    assert EmailAddress.objects.get().typed == "elodie@Exemple-été.fr"


def test_a_fuller_address_completes_the_one_that_is_known(tenant: TenantFacts, now: datetime) -> None:
    take(replace(ADA, postcode="29200"), now)
    take(replace(ADA, postcode="29200", city="Brest", street="8, rue de la Porte"), now, source=IMPORT)

    address = PostalAddress.objects.get()
    assert (address.street, address.city, address.commune_code) == ("8, rue de la Porte", "Brest", "29019")


def test_her_proven_consent_lifts_an_objection_and_nothing_else_does(tenant: TenantFacts, now: datetime) -> None:
    suppress_address(channel="email", address="ada@example.org", reason="asked", now=now)

    take(ADA, now, source=IMPORT, consents=[replace(NEWS, basis="import_declared")])
    assert not Person.objects.get().can_email

    held = take(ADA, now, consents=[NEWS])
    assert held.held == (NEWS,)
    assert not Person.objects.get().can_email

    take(ADA, now, source=replace(FORM, is_proven=True), consents=[NEWS])
    assert Person.objects.get().can_email


def test_a_failing_listener_hurts_nobody(
    tenant: TenantFacts, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[ActivityEvent] = []

    def fails(event: ActivityEvent) -> None:
        raise RuntimeError

    on_activity("tested_twice", fails)
    on_activity("tested_twice", heard.append)
    with django_capture_on_commit_callbacks(execute=True):
        done = capture(contact=ADA, kind="tested_twice", source=FORM, payload={"page": 3}, now=now)

    assert heard == [ActivityEvent(done.person_id, "tested_twice", now, {"page": 3})]


def test_an_import_is_no_sign_of_life(tenant: TenantFacts, now: datetime) -> None:
    done = capture(contact=ADA, kind="imported", source=IMPORT, now=now)
    assert Person.objects.get().last_activity_at is None

    take(ADA, now + timedelta(days=1))
    assert Person.objects.get(pk=done.person_id).last_activity_at == now + timedelta(days=1)


def test_without_consent_nothing_may_be_sent(tenant: TenantFacts, now: datetime) -> None:
    take(ADA, now)

    assert not Person.objects.get().can_email
    assert ConsentState.objects.count() == 0
