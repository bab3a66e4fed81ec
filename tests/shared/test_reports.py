from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from shared.reports import start_reports

CANARY = "canary@example.org"


class Captured(Transport):
    def __init__(self) -> None:
        super().__init__({})
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.sent.append(envelope.serialize().decode())


@pytest.fixture
def captured(settings: Any) -> Iterator[Captured]:
    settings.SENTRY_DSN = "http://key@127.0.0.1:9/1"
    start_reports()
    transport = Captured()
    sentry_sdk.get_client().transport = transport
    yield transport
    sentry_sdk.init()


def test_an_error_is_reported_without_anything_personal(captured: Captured) -> None:
    sentry_sdk.set_user({"email": CANARY})
    sentry_sdk.set_context("request", {"note": CANARY})
    try:
        int(CANARY)
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    sentry_sdk.flush()
    assert len(captured.sent) == 1
    assert "ValueError" in captured.sent[0]
    assert CANARY not in captured.sent[0]
