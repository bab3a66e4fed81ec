"""A move between two cells, led as the control plane leads it."""

from typing import Any
from uuid import uuid4

from django.conf import settings

from tenants.context import public_context
from tenants.jobs.models import Job
from tenants.jobs.services import run_job, start_job
from tenants.queries import get_tenant
from tests.database import TENANT
from tests.tenants.archive.cells import CellAt, TwoCells
from tests.tenants.jobs.killing import run_and_kill


def address_of(copy: dict[str, Any]) -> str:
    """As the control plane makes it: the cell tells no more than the path."""
    return f"http://demain.{settings.PLATFORM_HOST}:{settings.PLATFORM_PORT}{copy['path']}"


class Move:
    """What the control plane does: one job after the other, with what the one before told."""

    def __init__(self, cells: TwoCells) -> None:
        self.cells, self.uuid = cells, uuid4()
        self.told: dict[str, dict[str, Any]] = {}
        self.kills: dict[str, list[tuple[str, str]]] = {}  # of a kind: steps, and where in them
        self.killed = 0
        self.is_whole = False  # the last copy: all tables, or what has changed

    def do(self, kind: str, cell: CellAt, **parameters: Any) -> dict[str, Any]:
        with self.cells.at(cell):
            body = {"move": str(self.uuid), "secret": self.cells.locked_for(cell), **parameters}
            job = start_job(uuid=uuid4(), kind=kind, tenant_uuid=TENANT, parameters=body).uuid
            for step, where in self.kills.get(kind, []):
                self.killed += run_and_kill(job, step=step, where=where)
            run_job(uuid=job)
            with public_context():
                row = Job.objects.get(uuid=job)
            assert row.state == "done", (kind, row.error)
            self.told[kind] = row.result
            return dict(row.result)

    def receive(self, copy: dict[str, Any]) -> dict[str, Any]:
        return self.do("move_receive", self.cells.new, url=address_of(copy), sums=copy["sums"])

    def until_freeze(self) -> None:
        self.receive(self.do("move_copy", self.cells.old))

    def freeze(self) -> dict[str, Any]:
        is_whole = self.is_whole or not self.told["move_receive"]["takes_changes"]
        return self.do("move_freeze", self.cells.old, is_whole=is_whole)

    def finish(self) -> None:
        self.receive(self.freeze())
        self.do("move_release", self.cells.old)
        self.do("move_open", self.cells.new)


def state_at(cells: TwoCells, cell: CellAt) -> str:
    with cells.at(cell):
        return get_tenant(TENANT).state
