"""Bulk actions for tests: asked for, done, taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.runs.models import Run

URL = "/bureau/personnes/actions/"


@pytest.fixture
def act(office: Any, run_tasks: None, django_capture_on_commit_callbacks: Any) -> Callable[..., Run]:
    def do(query: str = "?departement=13", **form: Any) -> Run:
        with django_capture_on_commit_callbacks(execute=True):
            answer = office.post(f"{URL}{query}", form)
        assert answer.status_code == 302, answer.content.decode()
        run = Run.objects.latest("pk")
        assert run.state == "done"
        return run

    return do


@pytest.fixture
def take_back(office: Any, run_tasks: None, django_capture_on_commit_callbacks: Any) -> Callable[[Run], None]:
    def undo(run: Run) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            office.post(f"{URL}{run.uuid}/annulation/")
        run.refresh_from_db()
        assert run.state == "undone"

    return undo
