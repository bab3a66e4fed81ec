"""Somebody is erased: what imports keep of her words goes in the same transaction."""

from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client

from crm.consent.entries import Source
from crm.imports import chunks, reading
from crm.imports.models import Import, ImportBatch, ImportIssue
from crm.imports.running import run_import
from crm.imports.services import ask_undo
from crm.imports.trying import ask_trial, try_import
from crm.imports.undoing import undo_import
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Person
from tenants.context import carry_tenant
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, queued, received

HEADER = "email,prenom,nom,portable,code postal,recruteur\n"
FILE = (
    HEADER
    + "ada@example.org,Ada,Roche,0612345601,13,\n"  # a remark of hers
    + "boris@example.org,Boris,Petit,12,,Ada Marie Roche\n"  # of his, which names her
    + ",Roche,Ada,,,\n"  # set aside: her name
    + ",,,,06 12 34 56 01,\n"  # set aside: her number
    + ",Chloé,Vidal,,,\n"  # set aside: somebody else
)  # fmt: skip


def erase(name: str, now: datetime) -> None:
    erase_person(person_id=Person.objects.get(email=f"{name}@example.org").pk, now=now)


def words() -> list[tuple[int, str]]:
    rows = ImportIssue.objects.order_by("line", "pk").values_list("line", "kind", "value", "cells")
    return [(line, kind) for line, kind, value, cells in rows if value or cells]


def test_lines_with_her_words_are_blanked_and_no_other(tenant: TenantFacts, now: datetime) -> None:
    run = imported("a.csv", now, FILE.encode())
    assert words() == [
        (2, "bad_postcode"), (3, "bad_phone"), (3, "nobody_meant"), (4, "no_contact"), (5, "no_contact"), (6, "no_contact"),
    ]  # fmt: skip

    erase("ada", now)

    assert words() == [(3, "bad_phone"), (6, "no_contact")]
    run.refresh_from_db()
    assert (run.rejected, ImportIssue.objects.count()) == (3, 6)  # that there were such lines stays told


@pytest.mark.parametrize(
    ("value", "goes"),
    [
        ("Roy-Martin, LÉA", True),
        ("Cléa Leroy", False),
        ("écrire à Roy@example.org.", True),
        ("Jean <jean.roy@example.org>", False),
    ],
)
def test_words_that_only_look_like_hers_stay(tenant: TenantFacts, now: datetime, value: str, goes: bool) -> None:
    run = imported("a.csv", now, "email,prenom,nom\nroy@example.org,Léa,Roy\n".encode())
    ImportIssue.objects.create(import_run=run, line=3, level="warning", kind="nobody_meant", value=value)

    erase("roy", now)

    assert bool(words()) != goes


def test_the_file_goes_as_soon_as_the_import_is_done(
    tenant: TenantFacts, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    run = queued("a.csv", now, FILE.encode())
    assert default_storage.exists(run.file)
    with django_capture_on_commit_callbacks(execute=True):
        run_import(import_id=run.pk, clock=lambda: now)
    assert not default_storage.exists(run.file)
    run.refresh_from_db()
    assert (run.state, run.file, run.plan) == ("done", "", "")


def stop(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Import:
    """After its first two rows; the third one is about somebody who is known."""
    imported("avant.csv", now, b"email,prenom\nzoe@example.org,Zoe\nhors@example.org,Hors\n")
    content = b"email,prenom\nada@example.org,Ada\nboris@example.org,Boris\nzoe@example.org,Zoe\n"
    run = queued("a.csv", now, content)

    def small(*args: Any, **kwargs: Any) -> Any:
        return chunks.read_chunks(*args, **{"rows": 2, **kwargs})

    monkeypatch.setattr(reading, "read_chunks", small)
    ticks = iter(range(100))

    def clock() -> datetime:
        if next(ticks) == 5:
            Import.objects.filter(pk=run.pk).update(cancel_asked_at=now)
        return now

    run_import(import_id=run.pk, clock=clock)
    run.refresh_from_db()
    assert (run.state, run.position, run.can_resume) == ("cancelled", 2, True)
    return run


@pytest.fixture
def stopped(tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Import:
    return stop(now, monkeypatch)


@pytest.mark.parametrize(("name", "goes"), [("ada", True), ("zoe", True), ("hors", False)])
def test_a_stopped_import_loses_its_file_with_the_first_of_its_people(
    stopped: Import, now: datetime, office: Client, name: str, goes: bool
) -> None:
    erase(name, now + timedelta(days=1))

    stopped.refresh_from_db()
    assert (stopped.file == "", stopped.lost_its_file, stopped.can_resume) == (goes, goes, not goes)
    assert ("Choisissez-le de nouveau" in office.get(f"/bureau/imports/{stopped.pk}/").content.decode()) == goes


def test_a_stopped_import_that_is_undone_keeps_no_file(
    stopped: Import, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    names = (stopped.file, stopped.plan)
    assert all(map(default_storage.exists, names))
    ask_undo(import_id=stopped.pk, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        undo_import(import_id=stopped.pk, clock=lambda: now)
    stopped.refresh_from_db()
    assert (stopped.state, stopped.file, stopped.plan) == ("undone", "", "")
    assert not any(map(default_storage.exists, names))


def test_who_is_erased_while_it_runs_takes_the_file_when_it_stops(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported("avant.csv", now, b"email,prenom\nzoe@example.org,Zoe\n")
    run = queued("a.csv", now, b"email,prenom\nada@example.org,Ada\nzoe@example.org,Zoe\n")
    ticks = iter(range(100))

    def clock() -> datetime:
        if next(ticks) == 3:
            erase("zoe", now)
            Import.objects.filter(pk=run.pk).update(cancel_asked_at=now)
        return now

    run_import(import_id=run.pk, clock=clock)

    run.refresh_from_db()
    assert (run.state, run.file) == ("cancelled", "")
    assert not ImportBatch.objects.filter(import_run=run).exclude(ties=None).exists()


@pytest.mark.parametrize("erased", [False, True])
def test_who_is_merged_while_it_runs_is_not_erased(tenant: TenantFacts, now: datetime, erased: bool) -> None:
    imported("avant.csv", now, b"email,prenom\nzoe@example.org,Zoe\nbis@example.org,Zoe\n")
    run = queued("a.csv", now, b"email,prenom\nada@example.org,Ada\nbis@example.org,Zoe\n")
    keep, merged = (Person.objects.get(email=f"{name}@example.org") for name in ("zoe", "bis"))
    ticks = iter(range(100))

    def clock() -> datetime:
        if next(ticks) == 3:
            merge_people(keep=keep, merged=merged, source=Source(kind="office", reference="person"), now=now)
            if erased:
                erase_person(person_id=keep.pk, now=now)
            Import.objects.filter(pk=run.pk).update(cancel_asked_at=now)
        return now

    run_import(import_id=run.pk, clock=clock)

    run.refresh_from_db()
    assert (run.state, run.file == "") == ("cancelled", erased)


def test_no_import_is_resumed_in_the_middle_of_an_erasure(
    live_tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.IMPORT_WRITERS = 1
    run = stop(now, monkeypatch)
    free: list[int] = []

    def look() -> None:
        with transaction.atomic():
            free.extend(Import.objects.select_for_update(skip_locked=True).values_list("pk", flat=True))

    with transaction.atomic():
        erase("hors", now)
        looking = Thread(target=carry_tenant(look))
        looking.start()
        looking.join()
    assert free
    assert run.pk not in free  # the import that brought her is done, and nobody waits for that one


def test_examples_of_a_dry_run_go(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, b"email,prenom\nada@example.org,Ada\n")
    run = received("a.csv", now, b"email,prenom\nada@example.org,Augusta\n")
    Import.objects.filter(pk=run.pk).update(source_type="former_tool", existing="replace")
    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert "Augusta" in str(run.trial)

    erase("ada", now)

    run.refresh_from_db()
    assert run.trial == {}
