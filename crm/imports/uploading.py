"""From a file that somebody chose to an import that waits for its columns."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction

from crm.imports.chunks import count_rows
from crm.imports.communes import remembered_communes
from crm.imports.customs import own_targets, room_for_fields
from crm.imports.enums import ImportState
from crm.imports.files import store_file, write_checked
from crm.imports.mapping import as_mapping, guess_mapping
from crm.imports.models import Import
from crm.imports.sampling import sample_of
from crm.imports.sniffing import MAX_FILE_SIZE, FileFormat, UnreadableFileError, sniff_format
from crm.imports.vcards import card_mapping
from shared.scratch import scratch

SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".vcf"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    format: FileFormat
    total: int
    mapping: dict[str, str]


def look_at(
    path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "", has_header: bool | None = None
) -> FileFacts:
    """Read the whole file once: how it is written, how many rows, which columns. Raises UnreadableFileError."""
    if path.stat().st_size > MAX_FILE_SIZE:
        raise UnreadableFileError("too_big")
    found = sniff_format(path, encoding=encoding, delimiter=delimiter, sheet=sheet, has_header=has_header)
    sample = sample_of(path, found)
    if sample is None:
        raise UnreadableFileError("header_only", found)
    total = count_rows(path, found)
    if found.kind == "vcf":
        return FileFacts(found, total, card_mapping())
    guesses = guess_mapping(found.columns, sample.rows, own_targets(), room_for_fields())
    return FileFacts(found, total, as_mapping(guesses))


def receive_file(*, upload: "UploadedFile[Any]", user_id: int | None, now: datetime) -> Import:
    """A second click on the same file gives the draft of the first one. What is no table becomes an import that says so."""
    name = Path(upload.name or "fichier").name[:200]
    with scratch("upload") as folder:
        path = folder / "file"
        checksum = write_checked(upload.chunks(), path)
        with transaction.atomic():
            _one_at_a_time(checksum)
            draft = Import.objects.filter(checksum=checksum, created_by_id=user_id, state=ImportState.DRAFT).first()
            if draft is None:
                draft = Import(
                    file_name=name,
                    name=_title(name),
                    checksum=checksum,
                    size=path.stat().st_size,
                    created_by_id=user_id,
                    created_at=now,
                )
                _fill(draft, path)
                draft.save()
            return draft


def _one_at_a_time(checksum: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(checksum[:15], 16)])


def _fill(draft: Import, path: Path) -> None:
    try:
        facts = look_at(path)
    except UnreadableFileError as error:
        draft.state = ImportState.REFUSED
        draft.failure = error.reason
        draft.format = error.found.as_json() if error.found else {}
        return
    draft.format, draft.total, draft.mapping = facts.format.as_json(), facts.total, facts.mapping
    draft.communes = remembered_communes()
    suffix = Path(draft.file_name).suffix.lower()
    draft.file = store_file(path, suffix=suffix if suffix in SUFFIXES else ".csv")


def _title(name: str) -> str:
    words = Path(name).stem.replace("_", " ").replace("-", " ").split()
    title = " ".join(words)[:120] or name[:120]
    return title[:1].upper() + title[1:]


def earlier_import(run: Import) -> Import | None:
    """The last import of the very same file, if there was one."""
    done = Import.objects.filter(
        checksum=run.checksum, state__in=[ImportState.DONE, ImportState.RUNNING, ImportState.QUEUED]
    )
    return done.exclude(pk=run.pk).order_by("-created_at").first()
