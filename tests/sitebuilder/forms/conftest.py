from typing import Any

import pytest

from tests.conftest import TenantClient


@pytest.fixture
def _mails_leave(run_tasks: None, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks that wait for the commit run when the request is over."""
    real = TenantClient.request

    def request(self: TenantClient, **asked: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return real(self, **asked)

    monkeypatch.setattr(TenantClient, "request", request)
