"""Imports for tests: from a file to its report, in the same process."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from crm.consent.models import ConsentEntry, ConsentState
from crm.imports.models import Import, ImportIssue
from crm.imports.running import run_import
from crm.imports.uploading import receive_file
from crm.people.models import Activity, EmailAddress, Note, Person, PhoneNumber, PostalAddress, Tag, TagChange
from crm.relations.models import Affiliation, Organisation, Relation

FILES = Path(__file__).parent / "files"
NOT_COMPARED = {
    "id",
    "uuid",
    "source_reference",
    "created_at",
    "updated_at",
    "actor_id",
    "merged_into",
}
CHOICES = {
    "source_type": "former_tool",
    "proof": "Ancien outil",
    "consent_wording": "Je veux des nouvelles.",
    "state": "queued",
}


def received(name: str, now: datetime, content: bytes | None = None) -> Import:
    content = (FILES / name).read_bytes() if content is None else content
    return receive_file(upload=SimpleUploadedFile(name, content), user_id=None, now=now)


def queued(name: str, now: datetime, content: bytes | None = None, **choices: object) -> Import:
    run = received(name, now, content)
    for field, value in {**CHOICES, **choices}.items():
        setattr(run, field, value)
    run.save()
    return run


def imported(name: str, now: datetime, content: bytes | None = None, **choices: object) -> Import:
    run = queued(name, now, content, **choices)
    run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    return run


def counts(run: Import) -> dict[str, int]:
    """What is not zero."""
    names = ("created", "updated", "unchanged", "merged", "rejected")
    return {"read": run.position, **{name: getattr(run, name) for name in names if getattr(run, name)}}


def remarks(run: Import) -> list[tuple[int, str, str, str]]:
    """Line, level, kind, value: the whole report below the counts."""
    return list(
        ImportIssue.objects.filter(import_run=run).order_by("line", "pk").values_list("line", "level", "kind", "value")
    )


def state_of_everything(run: Import) -> dict[str, Any]:
    """All that an import writes, without numbers and times. What belongs to a person is told by her whole row."""
    run.refresh_from_db()
    tags = dict(Tag.objects.values_list("pk", "name"))
    fields = [field.name for field in Person._meta.concrete_fields if field.name not in NOT_COMPARED | {"tag_ids"}]
    people = {
        pk: (*values, tuple(sorted(tags[number] for number in numbers)))
        for pk, numbers, *values in Person.objects.values_list("pk", "tag_ids", *fields)
    }

    def told(rows: Any, *columns: str) -> list[Any]:
        return sorted(str((people[pk], *values)) for pk, *values in rows.values_list("person_id", *columns))

    return {
        "counts": counts(run),
        "issue_counts": run.issue_counts,
        "remarks": sorted(remarks(run)),
        "people": sorted(map(str, people.values())),
        "emails": told(EmailAddress.objects, "address", "is_primary", "status"),
        "phones": told(PhoneNumber.objects, "number", "is_primary", "is_mobile", "status"),
        "addresses": told(PostalAddress.objects, "street", "postcode", "commune_code", "is_primary"),
        "notes": told(Note.objects, "text"),
        "activities": told(Activity.objects, "kind"),
        "tag changes": TagChange.objects.count(),
        "states": told(ConsentState.objects, "channel", "granted", "basis"),
        "ledger": told(ConsentEntry.objects, "channel", "granted", "basis", "wording__text", "given_on"),
        "employers": told(Affiliation.objects, "organisation__name", "kind", "title"),
        "related": sorted(
            f"{people[person]} {kind} {people[other]}"
            for person, kind, other in Relation.objects.values_list("person_id", "kind", "other_id")
        ),
        "organisations": sorted(Organisation.objects.values_list("name", "merged_into__name")),
        "standing": ConsentState.objects.filter(granted=F("entry__granted"), person=F("entry__person")).count(),
    }
