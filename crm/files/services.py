"""Papers on somebody's page: a membership form, a letter, a photograph of a signed sheet. Private, and gone with her."""

from datetime import datetime
from pathlib import PurePath
from typing import Any
from uuid import uuid4

import filetype
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.consent.entries import Source
from crm.consent.services import lock_person
from crm.files.models import PersonFile
from crm.people.models import Person
from crm.people.services import record_activity
from crm.people.writing import sourced
from tenants.alarms import set_alarm

FOLDER = "people"
LARGEST = 10 * 1024 * 1024
MOST = 50
# What a browser shows by itself and that runs nothing. Told by the content: the name may say what it likes.
TYPES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
DELETE = "files.delete"  # the alarm


class FileRefused(Exception):
    """It is not kept; `message` says why."""

    message = _("This file cannot be kept.")


class TooLarge(FileRefused):
    message = _("The file is larger than 10 MB.")


class WrongType(FileRefused):
    message = _("PDF, JPEG, PNG and WebP only: this file is something else, whatever its name says.")


class TooMany(FileRefused):
    message = _("Fifty files are on this page already.")


def add_file(*, person: Person, upload: "UploadedFile[Any]", source: Source, now: datetime) -> PersonFile:
    """Raises FileRefused. What was written and then not recorded is deleted again."""
    kind = _type_of(upload)
    stored = default_storage.save(f"{FOLDER}/{uuid4().hex}.{TYPES[kind]}", upload)
    try:
        return _record(person, upload, kind, stored, source, now)
    except BaseException:
        default_storage.delete(stored)
        raise


@transaction.atomic
def delete_file(*, file: PersonFile, source: Source, now: datetime) -> None:
    set_alarm(DELETE, due_at=now, key=file.stored)
    record_activity(person_id=file.person_id, kind="file_deleted", source=source, payload={}, now=now)
    file.delete()


def forget_people(person_ids: list[int], now: datetime) -> None:
    """For an erasure, in its transaction. The alarm is certain to come; deleting now might be followed by a rollback."""
    files = PersonFile.objects.filter(person__in=person_ids)
    for stored in files.values_list("stored", flat=True):
        set_alarm(DELETE, due_at=now, key=stored)
    files.delete()


def delete_stored(*, stored: str) -> None:
    """What the alarm asks. Safe to repeat; never what a row still names, nor what lies elsewhere."""
    if stored.startswith(f"{FOLDER}/") and not PersonFile.objects.filter(stored=stored).exists():
        default_storage.delete(stored)


@transaction.atomic
def _record(
    person: Person, upload: "UploadedFile[Any]", kind: str, stored: str, source: Source, now: datetime
) -> PersonFile:
    person_id = lock_person(person.pk)
    if PersonFile.objects.filter(person=person_id).count() >= MOST:
        raise TooMany
    name = PurePath(upload.name or "").name[:200] or stored
    file = PersonFile.objects.create(
        person_id=person_id,
        name=name,
        stored=stored,
        content_type=kind,
        size=upload.size or 0,
        created_at=now,
        **sourced(source),
    )
    record_activity(person_id=person_id, kind="file_added", source=source, payload={"title": name}, now=now)
    return file


def _type_of(upload: "UploadedFile[Any]") -> str:
    if (upload.size or 0) > LARGEST:
        raise TooLarge
    beginning = upload.read(8192)
    upload.seek(0)
    kind = filetype.guess_mime(beginning)
    if kind not in TYPES:
        raise WrongType
    return str(kind)
