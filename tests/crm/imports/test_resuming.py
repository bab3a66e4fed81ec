"""A worker that is killed, stopped or doubled: nothing is lost, nothing is done twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from crm.imports import chunks, reading, running
from crm.imports.models import Import
from crm.imports.running import run_import
from crm.imports.services import ask_undo, cancel_import, resume_import
from crm.imports.undoing import undo_import
from crm.imports.watching import purge_import, watch_import
from crm.people.models import Activity, EmailAddress, Note, Person, PostalAddress, TagChange
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, queued


class Killed(BaseException):
    """The worker is gone between two statements."""


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(*args: Any, **kwargs: Any) -> Any:
        return chunks.read_chunks(*args, **{"rows": 200, **kwargs})

    monkeypatch.setattr(reading, "read_chunks", small)


@contextmanager
def killed_in_chunk(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Die after everything of that chunk was written, before it is committed."""
    seen = []
    record = running._record

    def dying(*args: Any) -> None:
        record(*args)
        seen.append(1)
        if len(seen) == number:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(running, "_record", dying)
        with pytest.raises(Killed):
            yield


def state_of_everything() -> list[Any]:
    people = Person.objects.order_by("email", "external_id", "last_name", "first_name", "birth_date", "street", "phone")
    fields = (
        "email",
        "phone",
        "first_name",
        "last_name",
        "street",
        "commune_code",
        "can_email",
        "can_sms",
        "support_level",
        "external_id",
    )
    tables = (EmailAddress, PostalAddress, Note, Activity, TagChange)
    return [list(people.values_list(*fields)), *(table.objects.count() for table in tables)]


@pytest.mark.parametrize("chunk", [1, 3, 8])
def test_a_killed_worker_is_taken_over_where_it_had_committed(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    run = queued("excel-fr-cp1252.csv", now)
    with killed_in_chunk(chunk, monkeypatch):
        run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    committed = list(run.batches.order_by("number").values_list("number", "rows"))
    assert [number for number, _rows in committed] == list(range(chunk - 1))
    assert (run.state, run.position) == ("running", sum(rows for _number, rows in committed))

    run_import(import_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert counts(run) == {"read": 1500, "created": 1453, "merged": 47}
    resumed = state_of_everything()
    Person.objects.all().delete()
    whole = imported("excel-fr-cp1252.csv", now)
    assert (counts(whole), whole.issue_counts) == (counts(run), run.issue_counts)
    assert state_of_everything()[0] == resumed[0]


def test_the_watch_hands_a_silent_import_to_another_worker(
    tenant: TenantFacts,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    run = queued("excel-fr-cp1252.csv", now)
    with killed_in_chunk(2, monkeypatch):
        run_import(import_id=run.pk, clock=lambda: now)

    with django_capture_on_commit_callbacks(execute=True):
        watch_import(import_id=run.pk, now=now + timedelta(minutes=1))
    run.refresh_from_db()
    assert run.state == "running"  # it has spoken lately

    with django_capture_on_commit_callbacks(execute=True):
        watch_import(import_id=run.pk, now=now + timedelta(minutes=4))
    run.refresh_from_db()
    assert (run.state, run.position) == ("done", 1500)


def test_a_second_worker_on_the_same_import_stops_at_once(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued("excel-fr-cp1252.csv", now)
    commit = running._commit
    entered: list[int] = []

    def twice(*args: Any) -> None:
        if not entered:
            entered.append(1)
            run_import(import_id=run.pk, clock=lambda: now)
        commit(*args)

    monkeypatch.setattr(running, "_commit", twice)
    run_import(import_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert counts(run) == {"read": 1500, "created": 1453, "merged": 47}


def test_a_cancelled_import_keeps_whole_rows_and_can_go_on(
    tenant: TenantFacts,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    run = queued("excel-fr-cp1252.csv", now)
    record = running._record

    def asking(current: Import, *args: Any) -> None:
        record(current, *args)
        if current.batches.count() == 2:
            cancel_import(import_id=run.pk, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(running, "_record", asking)
        run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.batches.count()) == ("cancelled", 2)
    assert Person.objects.count() == run.created

    with django_capture_on_commit_callbacks(execute=True):
        resume_import(import_id=run.pk, now=now)
    run.refresh_from_db()
    assert counts(run) == {"read": 1500, "created": 1453, "merged": 47}


def test_an_import_stops_at_the_limit_of_the_plan_and_loses_nothing(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "contacts_left", lambda: 500)
    run = imported("excel-fr-cp1252.csv", now)

    assert (run.state, run.failure, run.batches.count()) == ("failed", "limit", 2)
    assert Person.objects.count() == run.created <= 500
    assert run.can_resume


def test_undoing_takes_back_what_was_brought_and_what_was_changed(tenant: TenantFacts, now: datetime) -> None:
    first = imported("a.csv", now, content=b"email,nom,prenom,tel,tags\nada@example.org,Lovelace,,0601020304,science\n")
    ada = Person.objects.get(email="ada@example.org")
    before: list[dict[str, Any]] = [dict(person) for person in Person.objects.values()]
    second = imported(
        "b.csv",
        now,
        content=b"email,nom,prenom,tel,tags,cp,ville\nada@example.org,Byron,Ada,0611223344,poetry,13001,Marseille\nnew@example.org,New,N,,,,\n",
        existing="replace",
    )
    assert counts(second) == {"read": 2, "created": 1, "updated": 1}
    ada.refresh_from_db()
    assert (ada.last_name, ada.first_name, ada.phone, ada.city) == ("Byron", "Ada", "+33611223344", "Marseille")

    _undone(second, now)

    assert counts(first) == {"read": 1, "created": 1}
    after: list[dict[str, Any]] = [dict(person) for person in Person.objects.values()]
    for person in (*before, *after):
        person.pop("updated_at")
    assert after == before
    assert second.undo_counts == {"total": 2, "done": 2, "removed": 1, "restored": 1, "kept": 0, "fields_kept": 0}


def test_undoing_leaves_whoever_lived_on(tenant: TenantFacts, now: datetime) -> None:
    run = imported("a.csv", now, content=b"email,nom\nada@example.org,Ada\nbob@example.org,Bob\n")
    Activity.objects.create(
        person=Person.objects.get(email="bob@example.org"),
        kind="signed_up",
        at=now,
        source_kind="form",
        source_reference="form:1",
    )

    _undone(run, now)

    assert list(Person.objects.values_list("email", flat=True)) == ["bob@example.org"]
    assert (run.undo_counts["removed"], run.undo_counts["kept"]) == (1, 1)


def test_undoing_leaves_values_that_were_changed_since(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email,nom,prenom\nada@example.org,Lovelace,Ada\n")
    run = imported("b.csv", now, content=b"email,nom,prenom\nada@example.org,Byron,Augusta\n", existing="replace")
    Person.objects.update(last_name="King")

    _undone(run, now)

    assert Person.objects.values_list("last_name", "first_name").get() == ("King", "Ada")
    assert run.undo_counts["fields_kept"] == 1


def test_an_undone_agreement_can_be_given_by_a_better_file(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email,nom\nada@example.org,Ada\n")
    run = imported("b.csv", now, content=b"email,newsletter\nada@example.org,oui\n")
    assert Person.objects.get().can_email

    _undone(run, now)
    assert not Person.objects.get().can_email

    imported("c.csv", now, content=b"email,newsletter\nada@example.org,yes\n")
    assert Person.objects.get().can_email


def test_after_thirty_days_the_file_and_the_undo_data_are_gone(
    tenant: TenantFacts, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    run = imported("zoo-ragged.csv", now)
    with django_capture_on_commit_callbacks(execute=True):
        purge_import(import_id=run.pk, now=now + timedelta(days=30))

    run.refresh_from_db()
    assert (run.file, run.can_undo, counts(run)) == ("", False, {"read": 3, "created": 2, "rejected": 1})
    assert list(run.issues.values_list("level", "value", "cells")) == [("rejected", "", None)]


def _undone(run: Import, now: datetime) -> None:
    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.state == "undone"
