"""The written file: none is forgotten, whatever kills the worker or refuses the deletion."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from crm.access.models import AccessEntry
from crm.exports import writing
from crm.exports.enums import Format
from crm.exports.services import KEPT, Wish, ask_export, delete_export, fetch_export
from crm.exports.tasks import delete_export_task
from crm.people.models import Person
from crm.runs.models import Run
from crm.runs.services import resume_run, work_on
from tenants.context import public_context
from tenants.models import Alarm
from tenants.storage import StorageError
from tenants.users.models import User
from tests.crm.exports.exporting import export


def owner() -> User:
    return User.objects.get(email="owner@example.org")


@pytest.fixture
def own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def stored() -> list[str]:
    folder = Path(default_storage.path("exports"))
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_that_was_written_for_nobody_goes_too(
    own_media: None, confirmed: Any, people: list[Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    run = ask_export(wish=Wish({"query": "", "ids": []}, {}, ["email"], Format.CSV, "Test"), by=owner(), now=now)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "log_export", killed)
        with pytest.raises(KeyboardInterrupt):
            work_on(run_id=run.pk, clock=lambda: now)
    assert len(stored()) == 1
    work_on(run_id=run.pk, clock=lambda: now)
    assert len(stored()) == 1  # begun again: one file, not two

    Run.objects.filter(pk=run.pk).update(state="cancelled", result={"draft": Run.objects.get().result["file"]})
    with public_context():
        assert Alarm.objects.get(kind="exports.delete").due_at == now + KEPT
    delete_export(run=Run.objects.get(), by=None, now=now)
    assert stored() == []
    assert AccessEntry.objects.filter(kind="deleted").count() == 0

    resume_run(run=Run.objects.get(), now=now)  # after its end
    delete_export(run=Run.objects.get(), by=None, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    assert fetch_export(run=Run.objects.get(), by=owner(), now=now)
    delete_export(run=Run.objects.get(), by=None, now=now)
    assert stored() == []


def test_a_file_that_cannot_be_deleted_now_is_deleted_later(
    own_media: None,
    confirmed: Any,
    people: list[Person],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    run = export(confirmed, django_capture_on_commit_callbacks)

    def fails(name: str) -> None:
        raise StorageError

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", fails)
        with pytest.raises(StorageError), transaction.atomic():
            delete_export(run=run, by=None, now=timezone.now())
    run.refresh_from_db()
    assert not run.result["deleted"]
    delete_export(run=run, by=None, now=timezone.now())
    assert stored() == []
    assert StorageError in delete_export_task.autoretry_for  # type: ignore[attr-defined]  # of Celery
