"""Ties of an import that is undone, killed, stopped or resumed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from crm.imports import running
from crm.imports.models import Import, ImportBatch
from crm.imports.running import run_import
from crm.imports.services import resume_import
from crm.imports.tying import tie_batch, waiting_batches
from crm.imports.watching import purge_import
from crm.people.erasing import erase_person
from crm.people.models import Person
from crm.relations.models import Affiliation, Organisation, Relation
from crm.relations.services import (
    affiliate_person,
    relate_people,
    save_organisation,
)
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, queued, state_of_everything
from tests.crm.imports.ties import CHANGED, OFFICE, ROWS, employers, file, known, other, person, undone


# --- taken back -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("existing", ["fill", "replace"])
def test_undoing_gives_ties_back(tenant: TenantFacts, now: datetime, existing: str) -> None:
    known(now)
    run = Import.objects.get()
    before = state_of_everything(run)

    undone(imported("b.csv", now, CHANGED.encode(), existing=existing), now)

    assert state_of_everything(run) == before
    assert Affiliation.objects.exclude(source_reference=f"import:{run.pk}").count() == 0


def test_undoing_the_only_import_leaves_nobody_and_no_organisation(tenant: TenantFacts, now: datetime) -> None:
    assert undone(imported("nb.csv", now, file(ROWS)), now).undo_counts["removed"] == 6
    assert not Person.objects.exists()
    assert not Organisation.objects.exists()


def test_undoing_leaves_what_the_team_noted_since(tenant: TenantFacts, now: datetime) -> None:
    known(now)
    run = imported("b.csv", now, CHANGED.encode(), existing="replace")
    relate_people(person=person("boris"), kind="recruiter", other=person("dan"), source=OFFICE, now=now)
    autonome = Organisation.objects.get(name="Port autonome")
    affiliate_person(
        person=person("boris"), organisation=autonome, kind="works", title="Docker", source=OFFICE, now=now
    )

    undone(run, now)

    assert (employers("boris"), other("boris"), employers("eve")) == (["Port autonome"], "Dan", [])


def tied_to_several(now: datetime) -> None:
    """Boris works at two places, and has two recruiters since two people were merged."""
    known(now)
    port = save_organisation(organisation=None, values={"name": "Port autonome"}, source=OFFICE, now=now)
    for organisation, title in ((Organisation.objects.get(name="Atelier du port"), "Docker"), (port, "")):
        affiliate_person(person=person("boris"), organisation=organisation, kind="works", title=title, source=OFFICE, now=now)  # fmt: skip
    Relation.objects.create(person=person("boris"), kind="recruiter", other=person("chloe"), created_at=now, source_kind="office")  # fmt: skip


def test_undoing_gives_back_what_stood_beside_the_one_that_the_file_names(tenant: TenantFacts, now: datetime) -> None:
    tied_to_several(now)
    before = state_of_everything(Import.objects.get())
    run = imported("b.csv", now, CHANGED.encode(), existing="replace")
    assert (employers("boris"), other("boris")) == (["Port autonome"], "Chloé")

    undone(run, now)

    after = state_of_everything(Import.objects.order_by("pk")[0])
    assert (after["employers"], after["related"]) == (before["employers"], before["related"])


def test_one_that_was_noted_since_is_newer_than_what_stood_beside(tenant: TenantFacts, now: datetime) -> None:
    tied_to_several(now)
    run = imported("b.csv", now, CHANGED.encode(), existing="replace")
    relate_people(person=person("boris"), kind="recruiter", other=person("dan"), source=OFFICE, now=now)

    undone(run, now)

    assert (sorted(employers("boris")), other("boris")) == (["Atelier du port", "Port autonome"], "Dan")


def test_a_function_that_was_noted_keeps_whom_the_file_brought(tenant: TenantFacts, now: datetime) -> None:
    run = imported("nb.csv", now, file(ROWS))
    mairie = Organisation.objects.get(name="Mairie de Lyon")
    affiliate_person(person=person("flo"), organisation=mairie, kind="works", title="Adjointe", source=OFFICE, now=now)

    assert undone(run, now).undo_counts["kept"] == 1
    assert Affiliation.objects.get().title == "Adjointe"


def test_whoever_recruited_somebody_from_elsewhere_stays(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, b"email,prenom\nzoe@example.org,Zoe\n")
    run = imported("nb.csv", now, file(ROWS))
    relate_people(person=person("zoe"), kind="recruiter", other=person("boris"), source=OFFICE, now=now)

    assert undone(run, now).undo_counts["kept"] == 1
    assert (other("zoe"), Person.objects.count()) == ("Boris", 2)


@pytest.mark.usefixtures("_small_chunks")
def test_a_recruiter_who_leaves_first_gives_way_to_the_one_whom_she_replaced(
    tenant: TenantFacts, now: datetime
) -> None:
    columns = "email,prenom,recruteur\n"
    imported("a.csv", now, f"{columns}xena@example.org,Xena,\nkim@example.org,Kim,xena@example.org\n".encode())
    content = f"{columns}kim@example.org,Kim,rosa@example.org\nleo@example.org,Leo,\nrosa@example.org,Rosa,\n"
    run = imported("b.csv", now, content.encode(), existing="replace")
    assert (other("kim"), ImportBatch.objects.filter(import_run=run).count()) == ("Rosa", 2)

    undone(run, now)

    assert (other("kim"), Person.objects.count()) == ("Xena", 2)


# --- killed, stopped, resumed -----------------------------------------------------------------------------------------
class Killed(BaseException):
    """As if the process had ended here."""


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("batches", range(4))
def test_a_worker_that_is_killed_while_it_ties_is_replaced(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    beginning = transaction.savepoint()
    expected = state_of_everything(imported("nb.csv", now, file(ROWS)))
    transaction.savepoint_rollback(beginning)
    run, real = queued("nb.csv", now, file(ROWS)), tie_batch
    done: list[Any] = []

    def killed(*args: Any) -> None:
        if len(done) == batches:
            raise Killed
        real(*args)
        done.append(args)

    with monkeypatch.context() as patch:
        patch.setattr(running, "tie_batch", killed)
        with pytest.raises(Killed):
            run_import(import_id=run.pk, clock=lambda: now)
    run_import(import_id=run.pk, clock=lambda: now)

    assert state_of_everything(run) == expected


@pytest.mark.usefixtures("_small_chunks")
def test_one_that_was_stopped_before_its_ties_can_be_resumed(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    run = queued("nb.csv", now, file(ROWS))

    def asked(import_id: int) -> list[int]:
        Import.objects.update(cancel_asked_at=now)
        return real(import_id)

    real = waiting_batches
    with monkeypatch.context() as patch:
        patch.setattr(running, "waiting_batches", asked)
        run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.position, run.can_resume, Relation.objects.count()) == ("cancelled", 7, True, 0)

    resume_import(import_id=run.pk, now=now)
    run_import(import_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert (run.state, run.can_resume, other("boris")) == ("done", False, "Ada")


def test_ties_that_go_with_an_erased_persons_file_are_told(
    tenant: TenantFacts, now: datetime, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(import_id: int) -> list[int]:
        Import.objects.update(cancel_asked_at=now)
        return waiting_batches(import_id)

    monkeypatch.setattr(running, "waiting_batches", asked)
    run = imported("nb.csv", now, file(ROWS))
    assert (run.position, run.can_resume, run.lost_its_file) == (run.total, True, False)

    erase_person(person_id=person("flo").pk, now=now + timedelta(days=1))

    run.refresh_from_db()
    assert (run.can_resume, run.lost_its_file) == (False, True)
    assert "ce qui reste à écrire" in office.get(f"/bureau/imports/{run.pk}/").content.decode()


def test_what_was_claimed_goes_with_the_file(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(import_id: int) -> list[int]:
        Import.objects.update(cancel_asked_at=now)
        return waiting_batches(import_id)

    monkeypatch.setattr(running, "waiting_batches", asked)
    run = imported("nb.csv", now, file(ROWS))
    assert ImportBatch.objects.exclude(ties=None).exists()

    purge_import(import_id=run.pk, now=now + timedelta(days=31))

    assert not ImportBatch.objects.exclude(ties=None).exists()
