"""Notes of the team: written, corrected, deleted. What a note said stands in the note alone, never in the history."""

from datetime import datetime

from django.db import transaction

from crm.consent.entries import Source
from crm.consent.enums import SourceKind
from crm.people.models import Note, Person, PersonChange
from crm.people.services import record_activity
from crm.people.writing import sourced


@transaction.atomic
def add_note(*, person: Person, text: str, source: Source, key: str = "", now: datetime) -> None:
    """The same key twice is one note."""
    activity = record_activity(person_id=person.pk, kind="note_added", source=source, payload={}, key=key, now=now)
    if "note" not in activity.payload:
        note = Note.objects.create(person_id=activity.person_id, text=text.strip(), created_at=now, **sourced(source))
        activity.payload = {"note": note.pk}
        activity.save(update_fields=["payload"])


@transaction.atomic
def correct_note(*, note: Note, text: str, source: Source, now: datetime) -> None:
    """It stays its author's. A file's becomes the team's: the undoing of that import leaves it."""
    kept = Note.objects.select_for_update().filter(pk=note.pk).first()
    if kept is None or kept.text == text.strip():
        return
    own = sourced(source) if kept.source_kind == SourceKind.IMPORT else {}
    Note.objects.filter(pk=kept.pk).update(text=text.strip(), **own)
    _record(kept, "corrected", source, now)


@transaction.atomic
def delete_note(*, note: Note, source: Source, now: datetime) -> None:
    """For good. Twice is once."""
    kept = Note.objects.select_for_update().filter(pk=note.pk).first()
    if kept is not None:
        kept.delete()
        _record(kept, "deleted", source, now)


def _record(note: Note, act: str, source: Source, now: datetime) -> None:
    """Her row is not touched: a file that says again what it had said does not bring back what the team took out."""
    changes = {"note": [note.created_at.isoformat(), act]}
    PersonChange.objects.create(person_id=note.person_id, changes=changes, at=now, **sourced(source))
