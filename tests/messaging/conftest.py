from collections.abc import Iterator
from typing import Any

import pytest

from messaging.email.carrier import drop_session
from tests.messaging.sink import Sink, running_sink


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """The campaign's mail goes to a server on loopback, at once and without an undo window."""
    with running_sink() as sink:
        settings.SMTP_URL = f"smtp://127.0.0.1:{sink.port}"
        settings.SEND_UNDO_SECONDS = 0
        yield sink
        drop_session()
