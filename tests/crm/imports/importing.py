"""Imports for tests: from a file to its report, in the same process."""

from datetime import datetime
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.imports.models import Import, ImportIssue
from crm.imports.running import run_import
from crm.imports.uploading import receive_file

FILES = Path(__file__).parent / "files"
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
