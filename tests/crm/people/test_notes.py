"""Notes of the team, of files and of the first day: shown in the story, corrected, deleted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from crm.consent.services import Source
from crm.people.merging import merge_people
from crm.people.models import Activity, Note, Person, PersonChange
from crm.people.noting import add_note, correct_note, delete_note
from crm.people.timeline import SHOWN, Event, timeline
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tests.crm.people.arriving import person

TEAM = Source("office", "", 1)


def told(one: Person, **how: Any) -> list[str]:
    return [event.text for event in notes_in(timeline(one, **how).events)]


def notes_in(events: list[Event]) -> list[Event]:
    return [event for event in events if event.note_id]


def of_a_file(one: Person, text: str, at: datetime) -> Note:
    """As an import writes it: a row, and no activity."""
    return Note.objects.create(
        person=one, text=text, created_at=at, source_kind="import", source_reference="import:1", actor_id=1
    )


def test_a_note_of_a_file_is_in_the_story_and_under_its_filter(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    of_a_file(ada, "Connaît le maire.", now + timedelta(hours=1))

    (event,) = notes_in(timeline(ada, group="notes").events)
    assert (event.at, str(event.title), event.text, event.source) == (
        now + timedelta(hours=1),
        "Note",
        "Connaît le maire.",
        "import",
    )
    assert told(ada) == ["Connaît le maire."]
    assert told(ada, group="tags") == []
    assert told(ada, before=now + timedelta(hours=1)) == []


def test_a_note_that_was_added_by_hand_is_told_once(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    for _ in range(2):
        add_note(person=ada, text="Rappeler lundi.", source=TEAM, key="note:1", now=now)
    # As it was written by earlier versions, and what is left of one whose note is gone.
    Activity.objects.create(person=ada, kind="note_added", at=now, payload={"note": Note.objects.get().pk})
    Activity.objects.create(person=ada, kind="note_added", at=now, payload={})

    (event,) = timeline(ada, group="notes").events
    assert event.text == "Rappeler lundi."


def test_notes_follow_each_other_over_the_pages(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    for number in range(SHOWN + 5):
        of_a_file(ada, str(number), now + timedelta(minutes=number))

    first = timeline(ada, group="notes")
    second = timeline(ada, group="notes", before=first.older_than)

    assert [event.text for event in [*first.events, *second.events]] == [str(n) for n in reversed(range(SHOWN + 5))]


def test_the_notes_of_somebody_who_was_merged_are_hers_who_was_kept(tenant: TenantFacts, now: datetime) -> None:
    ada, other = person(now), person(now, 1)
    of_a_file(other, "Deux enfants.", now)
    merge_people(keep=ada, merged=other, source=TEAM, now=now)
    of_a_file(other, "Écrite pendant la fusion.", now + timedelta(hours=1))

    assert told(ada) == ["Écrite pendant la fusion.", "Deux enfants."]


def test_a_correction_is_in_the_history_without_either_text(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    note = of_a_file(ada, "Divorcée depuis peu.", now)
    address = reverse("people:note_change", args=[ada.uuid, note.pk])
    assert address in office.get(ada.get_absolute_url()).content.decode()
    assert "Divorcée depuis peu." in office.get(address).content.decode()

    office.post(address, {"text": "Préfère être appelée le soir."})

    note.refresh_from_db()
    assert (note.text, note.created_at) == ("Préfère être appelée le soir.", now)
    assert note.source_kind == "office"  # the undoing of the import leaves it
    changes = PersonChange.objects.get(person=ada).changes
    assert changes == {"note": [now.isoformat(), "corrected"]}
    for page in (ada.get_absolute_url(), reverse("people:history", args=[ada.uuid])):
        text = office.get(page).content.decode()
        assert "Divorcée" not in text
        assert "corrigée" in text


def test_a_correction_keeps_the_author_and_what_stays_the_same_is_none(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    add_note(person=ada, text="Rappeler lundi.", source=TEAM, now=now)
    note = Note.objects.get()

    correct_note(note=note, text=" Rappeler lundi. ", source=Source("office", "", 2), now=now)
    assert not PersonChange.objects.exists()

    correct_note(note=note, text="Rappeler mardi.", source=Source("office", "", 2), now=now)
    note.refresh_from_db()
    assert (note.text, note.actor_id, PersonChange.objects.get().actor_id) == ("Rappeler mardi.", 1, 2)


def test_a_deleted_note_leaves_its_day_and_nothing_it_said(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    add_note(person=ada, text="Divorcée depuis peu.", source=TEAM, key="note:1", now=now)
    note = Note.objects.get()
    seen = Person.objects.get(pk=ada.pk).updated_at

    for _ in range(2):
        office.post(reverse("people:note_delete", args=[ada.uuid, note.pk]))
    add_note(person=ada, text="Divorcée depuis peu.", source=TEAM, key="note:1", now=now)  # the browser goes back

    assert not Note.objects.exists()
    assert PersonChange.objects.get().changes == {"note": [now.isoformat(), "deleted"]}
    assert Person.objects.get(pk=ada.pk).updated_at == seen  # the file of last night does not bring it back
    page = office.get(ada.get_absolute_url()).content.decode()
    assert "Divorcée" not in page
    assert "supprimée" in page


def test_a_note_that_two_delete_at_once_is_deleted_once(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    note = of_a_file(ada, "Twice.", now)
    for _ in range(2):
        delete_note(note=note, source=TEAM, now=now)
    correct_note(note=note, text="Too late.", source=TEAM, now=now)

    assert PersonChange.objects.get().changes["note"][1] == "deleted"


def test_a_long_note_is_kept_and_one_that_is_too_long_shown_again(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    ada = person(now)
    address, lines = reverse("people:note", args=[ada.uuid]), ("x" * 49 + "\r\n") * 100  # 5 000 as the browser counts

    answer = office.post(address, {"text": f"{lines}xy", "key": "k"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "x\nxy</textarea>" in page.replace("\r\n", "\n")
    assert "5002" in page
    assert 'name="key" value="k"' in page
    assert not Note.objects.exists()

    for _click in range(2):
        assert office.post(address, {"text": f"{lines}"[:-2], "key": "k"}).status_code == 302
    assert len(Note.objects.get().text) == 4999


def test_an_empty_correction_changes_nothing(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    note = of_a_file(ada, "Reste.", now)

    answer = office.post(reverse("people:note_change", args=[ada.uuid, note.pk]), {"text": "  "})

    assert answer.context["form"].errors
    assert Note.objects.get().text == "Reste."


@pytest.mark.parametrize("name", ["note_change", "note_delete"])
def test_a_note_is_changed_by_who_may_change_the_person_and_on_her_page_alone(
    tenant: TenantFacts, other_tenant: TenantFacts, office: Any, office_as: Any, now: datetime, name: str
) -> None:
    ada, boris = person(now), person(now, 1)
    note = of_a_file(ada, "Reste.", now)
    with tenant_context(other_tenant):
        stranger = person(now)
        of_a_file(stranger, "Ailleurs.", now)

    reader = office_as("reader")
    assert "Reste." in (page := reader.get(ada.get_absolute_url()).content.decode())
    assert "/notes/" not in page
    assert reader.post(reverse(f"people:{name}", args=[ada.uuid, note.pk]), {"text": "x"}).status_code == 403
    for one in (boris, stranger):
        assert office.post(reverse(f"people:{name}", args=[one.uuid, note.pk]), {"text": "x"}).status_code == 404
    assert Note.objects.get().text == "Reste."


def test_notes_are_escaped(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    of_a_file(ada, "<script>alert(1)</script>", now)

    assert "<script>alert(1)" not in office.get(ada.get_absolute_url()).content.decode()
