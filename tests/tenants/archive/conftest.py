"""Two cells on one machine, the campaign in the first one."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.queries import get_tenant
from tests.database import TENANT
from tests.ports import free_port
from tests.tenants.archive.cells import TwoCells, empty_new_cell, web_server
from tests.tenants.archive.support import furnish


@pytest.fixture
def cells(
    live_tenant: TenantFacts, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> Iterator[TwoCells]:
    port = free_port()
    settings.PLATFORM_PORT = str(port)
    cells = TwoCells(tmp_path, port, monkeypatch)
    empty_new_cell(cells, TENANT)
    with cells.at(cells.old):
        with tenant_context(get_tenant(TENANT)):
            furnish(get_tenant(TENANT), now=now)
        with web_server(cells):
            yield cells
    connections.close_all()
