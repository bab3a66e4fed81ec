from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.imports.models import Import
from crm.imports.running import run_import
from crm.imports.uploading import receive_file
from crm.people.models import EmailAddress, Person
from tenants.facts import TenantFacts

FILES = Path(__file__).parent / "files"


def imported(name: str, now: datetime, **choices: object) -> Import:
    upload = SimpleUploadedFile(name, (FILES / name).read_bytes())
    run = receive_file(upload=upload, user_id=None, now=now)
    for field, value in {"source_type": "former_tool", "consent_wording": "Je veux des nouvelles.", "state": "queued", **choices}.items():
        setattr(run, field, value)
    run.save()
    run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    return run


def counts(run: Import) -> tuple[int, int, int, int, int]:
    return (run.created, run.updated, run.unchanged, run.merged, run.rejected)


def test_a_french_spreadsheet(tenant: TenantFacts, now: datetime) -> None:
    run = imported("excel-fr-cp1252.csv", now)
    print(run.state, counts(run), run.issue_counts)
    again = imported("excel-fr-cp1252.csv", now)
    print(again.state, counts(again), again.issue_counts)
    again = imported("excel-fr-cp1252.csv", now, existing="replace")
    print(again.state, counts(again), again.issue_counts)
    nb = imported("nationbuilder-people-export-full.csv", now)
    print(nb.state, counts(nb), nb.issue_counts)
    nb = imported("nationbuilder-people-export-full.csv", now)
    print(nb.state, counts(nb), nb.issue_counts)
    p = Person.objects.get(email="mehdi.herve0@gmail.com")
    print({f.name: getattr(p, f.name) for f in p._meta.fields})
    assert 0
