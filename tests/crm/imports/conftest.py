"""Fixtures of several files of the imports' tests."""

from typing import Any

import pytest

from crm.imports import chunks, reading


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(*args: Any, **kwargs: Any) -> Any:
        return chunks.read_chunks(*args, **{"rows": 2, **kwargs})

    monkeypatch.setattr(reading, "read_chunks", small)
