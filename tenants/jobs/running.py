"""A job in the hands of a worker: what a step may read, and how it tells how far it has come."""

import logging
import time
from typing import Any
from uuid import UUID

from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants.bus import JobProgress, send_to_control
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.jobs.models import Job
from tenants.queries import get_tenant

logger = logging.getLogger(__name__)
TELL_EVERY = 0.5  # seconds


class JobRefused(Exception):
    """What was asked cannot be done, and trying again would not help. `reason` is a word of ours, shown as a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RunningJob:
    def __init__(self, row: Job) -> None:
        self._row = row
        self._told_at = 0.0

    @property
    def uuid(self) -> UUID:
        return self._row.uuid

    @property
    def tenant_uuid(self) -> UUID:
        return self._row.tenant_uuid

    @property
    def tenant(self) -> TenantFacts:
        """As the registry knows it now; raises UnknownTenant."""
        return get_tenant(self._row.tenant_uuid)

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self._row.parameters)

    @property
    def result(self) -> dict[str, Any]:
        """What the steps have kept so far."""
        return dict(self._row.result)

    def keep(self, **values: Any) -> None:
        """Add to the result: small, JSON, nothing personal. It is there again when the job goes on after a kill."""
        self._row.result = {**self._row.result, **values}
        save_job(self._row)

    def tell(self, done: int, total: int) -> None:
        """Progress of the step under way. Call it as often as you like: it is written twice a second at the most."""
        if done < total and time.monotonic() - self._told_at < TELL_EVERY:
            return
        self._told_at = time.monotonic()
        self._row.done, self._row.total = done, total
        save_job(self._row)
        report_job(self._row)


def save_job(row: Job) -> None:
    row.sequence += 1
    row.touched_at = timezone.now()
    with public_context():
        row.save()


def report_job(row: Job) -> None:
    """Tell the control plane all of it. It may be down: the work goes on, and it asks again."""
    message = JobProgress(
        uuid=row.uuid,
        kind=row.kind,
        tenant_uuid=row.tenant_uuid,
        state=row.state,
        error=row.error,
        steps=tuple(row.steps),
        attempts=row.attempts,
        done=row.done,
        total=row.total,
        result=row.result,
        sequence=row.sequence,
    )
    try:
        send_to_control(message)
    except OperationalError:
        logger.warning("The control plane cannot be told of job %s", row.uuid)
