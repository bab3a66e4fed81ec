"""Custom fields on people: what is told of them, its history, merging and erasure."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import override

from crm.consent.services import Source
from crm.people.custom import custom_rows, named
from crm.people.editing import ContactChanges, edit_person
from crm.people.entries import Captured
from crm.people.erasing import erase_person
from crm.people.merging import Choices, merge_people
from crm.people.models import Person, PersonChange
from crm.people.parting import part_people
from crm.people.profile import provenance_of
from crm.people.services import ContactData, capture
from crm.people.timeline import timeline
from tenants.facts import TenantFacts
from tests.crm.fields.making import choice, one_of_each

FORM = Source(kind="form", reference="form:1")
FILE = Source(kind="import", reference="import:1")
TEAM = Source(kind="office", reference="person", actor_id=1)


def tell(now: datetime, custom: dict[str, Any], *, source: Source = FORM, email: str = "ada@example.org") -> Captured:
    return capture(contact=ContactData(email=email, custom=custom), kind="signed_up", source=source, now=now)


def held(done: Captured) -> dict[str, Any]:
    values: dict[str, Any] = Person.objects.get(pk=done.person_id).custom
    return values


def test_capture_reads_values_and_keeps_what_it_cannot_read(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    number, size = str(fields["number"].key), str(fields["choice"].key)
    done = tell(now, {number: "12", size: "XXL", "9999": "x"})
    assert held(done) == {number: 12}
    assert [(one.field, one.value) for one in done.warnings] == [(f"custom.{size}", "XXL"), ("custom.9999", "x")]
    story = timeline(Person.objects.get(pk=done.person_id))
    assert any("Taille" in line and "XXL" in line for event in story.events for line in event.lines)


def test_a_form_replaces_what_a_file_said_and_not_what_the_team_wrote(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    number, car = str(fields["number"].key), str(fields["yes_no"].key)
    done = tell(now, {number: 1, car: "oui"}, source=FILE)
    tell(now + timedelta(days=1), {number: 2, car: "non"})
    assert held(done) == {number: 2, car: False}
    person = Person.objects.get(pk=done.person_id)
    edit_person(person=person, values=named({number: 30}), contacts=ContactChanges(), source=TEAM, reason="", now=now)
    tell(now + timedelta(days=2), {number: 4, car: "oui"})
    assert held(done) == {number: 30, car: True}
    tell(now + timedelta(days=3), {number: 5, car: "non"}, source=FILE)
    assert held(done) == {number: 30, car: True}


def test_each_change_is_told_in_words_with_its_source(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    size = str(fields["choice"].key)
    done = tell(now, {size: "S"})
    person = Person.objects.get(pk=done.person_id)
    values = named({size: choice(fields["choice"], "L")})
    edit_person(person=person, values=values, contacts=ContactChanges(), source=TEAM, reason="Vu", now=now)
    with override("en"):
        story = timeline(person)
        assert any("Taille: S → L" in event.lines for event in story.events)
        assert [(row.field.name, row.text) for row in custom_rows(Person.objects.get(pk=person.pk))] == [
            ("Taille", "L")
        ]
        whence = {datum.label: datum for datum in provenance_of(Person.objects.get(pk=person.pk))}
    assert (whence["Taille"].value, whence["Taille"].source) == ("L", "by hand, in the office")
    edit_person(person=person, values=named({size: None}), contacts=ContactChanges(), source=TEAM, reason="", now=now)
    assert held(done) == {}


def test_two_edits_from_stale_pages_do_not_undo_each_other(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    number, car = str(fields["number"].key), str(fields["yes_no"].key)
    done = tell(now, {})
    first, second = (Person.objects.get(pk=done.person_id) for _page in range(2))
    for person, values in ((first, {number: 1}), (second, {car: True})):
        edit_person(person=person, values=named(values), contacts=ContactChanges(), source=TEAM, reason="", now=now)
    assert held(done) == {number: 1, car: True}


def test_a_merge_keeps_both_sides_values_and_gives_them_back(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    number, car, text = (str(fields[kind].key) for kind in ("number", "yes_no", "text"))
    keep = Person.objects.get(pk=tell(now, {number: 1}).person_id)
    other = Person.objects.get(pk=tell(now, {number: 2, car: True, text: "Zaz"}, email="b@example.org").person_id)
    merge = merge_people(keep=keep, merged=other, source=TEAM, now=now, choices=Choices(values={f"custom.{number}": 2}))
    keep.refresh_from_db()
    other.refresh_from_db()
    assert keep.custom == {number: 2, car: True, text: "Zaz"}
    assert other.custom == {}
    edit_person(person=keep, values=named({text: "Zoé"}), contacts=ContactChanges(), source=TEAM, reason="", now=now)
    part_people(merge=merge, source=TEAM, now=now)
    keep.refresh_from_db()
    other.refresh_from_db()
    assert keep.custom == {number: 1, text: "Zoé"}  # what was changed since stays
    assert other.custom == {number: 2, car: True, text: "Zaz"}


def test_erasure_takes_values_and_their_history(tenant: TenantFacts, now: datetime) -> None:
    number = str(one_of_each()["number"].key)
    done = tell(now, {number: 1})
    tell(now, {number: 2})
    assert PersonChange.objects.filter(person=done.person_id).exists()
    erase_person(person_id=done.person_id, now=now)
    assert held(done) == {}
    assert not PersonChange.objects.filter(person=done.person_id).exists()
