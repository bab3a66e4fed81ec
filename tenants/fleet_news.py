"""Telling the control plane how an upgrade of the cell's tenants goes."""

import logging
from collections.abc import Sequence
from datetime import datetime

from kombu.exceptions import OperationalError

from tenants.bus import MigrationProgress, send_to_control
from tenants.models import MigrationRun, Tenant

logger = logging.getLogger(__name__)


def report_progress(
    run: MigrationRun, *, migrated: Sequence[Tenant] = (), failures: Sequence[tuple[Tenant, str]] = (), now: datetime
) -> None:
    """A broker that is away does not hold the upgrade up: what is lost is told again by the directory."""
    message = MigrationProgress(
        uuid=run.uuid,
        version=run.version,
        state=run.state,
        total=run.total,
        done=run.done,
        failed=run.failed,
        rate=round(run.rate, 2),
        started_at=run.created_at,
        finished_at=run.finished_at,
        migrated=tuple(str(tenant.uuid) for tenant in migrated),
        failures=tuple({"uuid": str(tenant.uuid), "error": words} for tenant, words in failures),
        at=now,
    )
    try:
        send_to_control(message)
    except OperationalError:
        logger.warning("The control plane is not told of the upgrade: the broker is away")
