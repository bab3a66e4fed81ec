"""Two rows that are one human being: nothing is lost, the strictest consent wins, and it can be taken back."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.utils.translation import override

from crm.consent.enums import Reach
from crm.consent.models import ConsentEntry, ConsentState
from crm.consent.services import ConsentGiven, Source, suppress_address, withdraw_consent
from crm.people.editing import ContactChanges as Contacts
from crm.people.editing import MergedMeanwhile, edit_person
from crm.people.erasing import DELAY, cancel_erasure, erase_person, erase_when_due, request_erasure
from crm.people.following import followers
from crm.people.merging import KEPT, CannotMerge, Choices, forget_merge, merge_people
from crm.people.models import Activity, EmailAddress, Note, Person, PersonMerge, Tag
from crm.people.noting import add_note
from crm.people.parting import CannotPart, part_people
from crm.people.queries import contact_count
from crm.people.services import ContactData, capture
from crm.people.timeline import timeline
from tenants.facts import TenantFacts

FORM = Source(kind="form", reference="form:1")
IMPORT = Source(kind="import", reference="import:7")
TEAM = Source(kind="office", reference="person", actor_id=1)
YES = ConsentGiven("news", "email", granted=True, basis="consent", wording="Yes, write to me.")
YES_SMS = ConsentGiven("news", "sms", granted=True, basis="consent", wording="Yes, text me.")
NO = ConsentGiven("news", "email", granted=False, basis="consent", wording="No more.")
STAYING = {
    "people_tagchange.person_id",  # append-only: read through rows_of()
    "consent_consententry.person_id",
    "consent_consentstate.person_id",  # said again for the one who is kept
    "duplicates_duplicatepair.first_id",  # crm.duplicates hears of the merge
    "duplicates_duplicatepair.second_id",
    "people_personmerge.kept_id",
    "people_personmerge.merged_id",
}


def person(now: datetime, *consents: ConsentGiven, source: Source = FORM, **told: Any) -> Person:
    done = capture(contact=ContactData(**told), kind="signed_up", source=source, consents=consents, now=now)
    return Person.objects.get(pk=done.person_id)


def two(now: datetime) -> tuple[Person, Person]:
    keep = person(now, YES, email="ada@example.org", first_name="Ada", last_name="Durand", tags=("ecology",))
    merged = person(
        now - timedelta(days=9), YES_SMS, email="ada.durand@example.org", phone="0612345678", first_name="Adah",
        last_name="Durand", birth_date=date(1990, 5, 1), tags=("ecology", "volunteer"), note="Kind.", postcode="13001",
        city="Marseille", external_id="42",
    )  # fmt: skip
    return keep, merged


def merged(now: datetime) -> PersonMerge:
    keep, other = two(now)
    return merge_people(keep=keep, merged=other, source=TEAM, now=now)


def picture(person: Person) -> dict[str, Any]:
    """Everything there is about somebody, but for history."""
    row = {**Person.objects.filter(pk=person.pk).values().get(), "updated_at": None}
    rows: dict[str, Any] = {
        name: list(getattr(person, name).order_by("id").values()) for name in ("emails", "phones", "addresses", "notes")
    }
    states = person.consents.order_by("purpose", "channel").values("purpose", "channel", "granted", "basis", "at")
    return {"row": row, **rows, "consents": list(states)}


def test_every_model_that_points_at_people_says_how_it_follows() -> None:
    known = {one.name for one in followers()} | STAYING
    pointing = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is Person
    }
    assert pointing - known == set()
    assert known - pointing == set()


def test_the_kept_one_has_everything_of_both(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)

    merge_people(keep=keep, merged=other, source=TEAM, now=now)

    keep.refresh_from_db()
    assert sorted(EmailAddress.objects.filter(person=keep).values_list("address", flat=True)) == [
        "ada.durand@example.org",
        "ada@example.org",
    ]
    assert (keep.first_name, keep.birth_date, keep.external_id) == ("Ada", date(1990, 5, 1), "42")
    assert (keep.email, keep.phone, keep.city) == ("ada@example.org", "+33612345678", "Marseille")
    assert sorted(Tag.objects.filter(pk__in=keep.tag_ids).values_list("name", flat=True)) == ["ecology", "volunteer"]
    assert keep.notes.get().text == "Kind."
    assert keep.created_at == now - timedelta(days=9)
    assert (keep.can_email, keep.can_sms) == (True, True)
    assert contact_count() == 1


def test_chosen_values_and_first_addresses_win(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)
    choices = Choices(values={"first_name": "Adah"}, first={"emails": other.emails.get().id})

    merge_people(keep=keep, merged=other, choices=choices, source=TEAM, now=now)

    keep.refresh_from_db()
    assert (keep.first_name, keep.email) == ("Adah", "ada.durand@example.org")
    assert keep.emails.filter(is_primary=True).count() == 1


@pytest.mark.parametrize("refusing", ["kept", "merged"])
def test_a_refusal_on_either_side_wins(tenant: TenantFacts, now: datetime, refusing: str) -> None:
    consents = {"kept": [YES], "merged": [YES]}
    consents[refusing] = [NO]
    keep = person(now, *consents["kept"], email="a@example.org")
    other = person(now + timedelta(days=1), *consents["merged"], email="b@example.org")

    merge_people(keep=keep, merged=other, source=TEAM, now=now)

    keep.refresh_from_db()
    assert (keep.can_email, Reach(keep.email_reach)) == (False, Reach.WITHDRAWN)
    assert not ConsentState.objects.get(person=keep).granted
    assert ConsentEntry.objects.filter(person=other).count() == 1  # her history stays as it was written
    last = ConsentEntry.objects.filter(person=keep).latest("id")
    assert (last.granted, last.wording.text) == (False, "No more.")


def test_an_address_that_asked_to_be_left_alone_refuses_for_both(tenant: TenantFacts, now: datetime) -> None:
    keep = person(now, YES, email="a@example.org")
    other = person(now, email="b@example.org", source=IMPORT)
    suppress_address(channel="email", address="b@example.org", reason="erased", now=now)

    merge_people(keep=keep, merged=other, source=TEAM, now=now)

    keep.refresh_from_db()
    assert not keep.can_email


def test_what_led_to_the_merged_one_leads_to_the_kept_one(tenant: TenantFacts, now: datetime, office: Any) -> None:
    keep = person(now, email="a@example.org", external_id="1", source=IMPORT)
    other = person(now, YES, email="b@example.org", external_id="2", source=IMPORT)

    merge_people(keep=keep, merged=other, source=TEAM, now=now)

    assert office.get(other.get_absolute_url()).url == keep.get_absolute_url()
    again = person(now, external_id="2", first_name="Ada", source=IMPORT)
    assert again.pk == keep.pk
    withdraw_consent(person_id=other.pk, channel="email", source=FORM, now=now)  # an unsubscribe link in an old mail
    assert not Person.objects.get(pk=keep.pk).can_email
    capture(contact=ContactData(email="b@example.org"), kind="shared", source=FORM, now=now)
    assert Activity.objects.filter(kind="shared").get().person_id == keep.pk


def test_the_story_of_both_is_one(tenant: TenantFacts, now: datetime) -> None:
    merge = merged(now)

    with override("en"):
        titles = [str(event.title) for event in timeline(merge.kept).events]

    assert titles.count("Signed up") == 2
    assert titles.count("Agreed: News of the campaign, Text message") == 2  # hers, and said again for both


def test_merged_twice_is_merged_once(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)

    first = merge_people(keep=keep, merged=other, source=TEAM, now=now)
    second = merge_people(keep=keep, merged=other, source=TEAM, now=now)

    assert first == second
    assert Activity.objects.filter(kind="merged").count() == 1


def test_who_is_about_to_be_erased_is_not_merged(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)
    request_erasure(person=other, source=TEAM, now=now)

    for one, two_ in ((keep, other), (other, keep)):
        with pytest.raises(CannotMerge, match="erasing"):
            merge_people(keep=one, merged=two_, source=TEAM, now=now)
    with pytest.raises(CannotMerge, match="same"):
        merge_people(keep=keep, merged=keep, source=TEAM, now=now)


def test_an_erasure_asked_for_the_merged_row_erases_the_kept_one(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)
    merge = merge_people(keep=keep, merged=other, source=TEAM, now=now)

    request_erasure(person=other, source=TEAM, now=now)  # the page was open before the merge

    with pytest.raises(CannotPart, match="erasing"):
        part_people(merge=merge, source=TEAM, now=now)
    assert erase_when_due(person_id=keep.pk, now=now + DELAY)
    merge.refresh_from_db()
    assert (merge.before, merge.moved) == ({}, {})
    assert not EmailAddress.objects.exists()
    assert not Note.objects.exists()
    with pytest.raises(CannotPart, match="gone"):
        part_people(merge=merge, source=TEAM, now=now)


def test_parting_brings_both_back_as_they_were(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)
    Person.objects.filter(pk=keep.pk).update(last_activity_at=now - timedelta(days=20))
    before = picture(keep), picture(other)
    merge = merge_people(keep=keep, merged=other, choices=Choices(values={"first_name": "A."}), source=TEAM, now=now)

    part_people(merge=merge, source=TEAM, now=now + timedelta(days=2))

    keep.refresh_from_db()
    other.refresh_from_db()
    assert (picture(keep), picture(other)) == before
    assert part_people(merge=merge, source=TEAM, now=now) == other  # a second click


def test_what_she_did_since_the_merge_is_not_forgotten_by_parting(tenant: TenantFacts, now: datetime) -> None:
    merge = merged(now)
    assert Person.objects.get(pk=merge.kept_id).created_at == now - timedelta(days=9)
    later = now + timedelta(days=1)
    person(later, email="ada@example.org", first_name="Ada", last_name="Durand")

    part_people(merge=merge, source=TEAM, now=now + timedelta(days=2))

    keep = Person.objects.get(pk=merge.kept_id)
    assert (keep.created_at, keep.last_activity_at) == (now, later)


def test_what_happened_since_stays_with_the_kept_one(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)
    merge = merge_people(keep=keep, merged=other, source=TEAM, now=now)
    later = now + timedelta(days=3)
    add_note(person=keep, text="Called.", source=TEAM, now=later)
    keep.refresh_from_db()
    edit_person(
        person=keep, values={"birth_date": date(1991, 1, 1)}, contacts=Contacts(), source=TEAM, reason="", now=later
    )

    part_people(merge=merge, source=TEAM, now=later)

    keep.refresh_from_db()
    assert list(keep.notes.values_list("text", flat=True)) == ["Called."]
    assert list(other.notes.values_list("text", flat=True)) == ["Kind."]
    assert keep.birth_date == date(1991, 1, 1)


def test_a_refusal_since_the_merge_binds_both(tenant: TenantFacts, now: datetime) -> None:
    keep = person(now, YES, email="a@example.org")
    other = person(now, YES, email="b@example.org")
    merge = merge_people(keep=keep, merged=other, source=TEAM, now=now)
    withdraw_consent(person_id=keep.pk, channel="email", source=FORM, now=now + timedelta(days=1))

    part_people(merge=merge, source=TEAM, now=now + timedelta(days=2))

    assert not Person.objects.filter(can_email=True).exists()


def test_a_refusal_of_her_own_while_a_merge_refused_already_outlives_the_parting(
    tenant: TenantFacts, now: datetime
) -> None:
    keep = person(now, YES, email="a@example.org")
    other = person(now, NO, email="b@example.org")
    third = person(now, YES, email="c@example.org")
    merge = merge_people(keep=keep, merged=other, source=TEAM, now=now)
    withdraw_consent(person_id=keep.pk, channel="email", source=FORM, now=now + timedelta(days=1))
    withdraw_consent(person_id=keep.pk, channel="email", source=FORM, now=now + timedelta(days=1))  # two clicks

    part_people(merge=merge, source=TEAM, now=now + timedelta(days=2))

    assert list(Person.objects.filter(can_email=True)) == [third]
    assert ConsentEntry.objects.filter(person=keep, source_kind="form", granted=False).count() == 1


def test_after_thirty_days_it_is_too_late(tenant: TenantFacts, now: datetime) -> None:
    merge = merged(now)
    with pytest.raises(CannotPart, match="late"):
        part_people(merge=merge, source=TEAM, now=now + KEPT + timedelta(seconds=1))

    forget_merge(merge_id=merge.pk)

    merge.refresh_from_db()
    with pytest.raises(CannotPart, match="late"):
        part_people(merge=merge, source=TEAM, now=now)


def test_merges_in_a_row_are_taken_back_in_reverse(tenant: TenantFacts, now: datetime) -> None:
    a, b, c = (person(now, YES, email=f"{name}@example.org", external_id=name, source=IMPORT) for name in "abc")
    first = merge_people(keep=b, merged=a, source=TEAM, now=now)
    second = merge_people(keep=c, merged=b, source=TEAM, now=now)

    assert person(now, external_id="a", source=IMPORT).pk == c.pk
    with pytest.raises(CannotPart, match="merged"):
        part_people(merge=first, source=TEAM, now=now)
    part_people(merge=second, source=TEAM, now=now)
    part_people(merge=first, source=TEAM, now=now)

    assert {one.external_id: one.email for one in Person.objects.alive()} == {
        name: f"{name}@example.org" for name in "abc"
    }


def test_a_form_that_was_open_writes_to_nobodys_row(tenant: TenantFacts, now: datetime) -> None:
    keep, other = two(now)
    merge_people(keep=keep, merged=other, source=TEAM, now=now)

    with pytest.raises(MergedMeanwhile):
        edit_person(person=other, values={"first_name": "X"}, contacts=Contacts(), source=TEAM, reason="", now=now)
    add_note(person=other, text="Late.", source=TEAM, now=now)
    cancel_erasure(person=other, source=TEAM, now=now)

    assert set(keep.notes.values_list("text", flat=True)) == {"Kind.", "Late."}
    assert not erase_person(person_id=other.pk, now=now)
