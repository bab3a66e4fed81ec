"""What a cell tells the control plane of itself: how it is, every minute, and which tenants it has, each day and after an outage."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg import Error

from tenants.bus import CellHealth, Directory, send_to_control
from tenants.context import public_context, tenant_context
from tenants.letters.models import DeadLetter
from tenants.models import Alarm, Tenant
from tenants.owner import owner_connection
from tenants.probes import queue_depths
from tenants.queries import tenants_in_cell
from tenants.version import schema_version

SLOWEST = """
SELECT left(query, 160), sum(calls)::bigint, round((sum(total_exec_time) / sum(calls))::numeric, 1)::float
FROM extensions.pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query ~* '^(select|insert|update|delete|with)' AND calls > 10
GROUP BY 1 ORDER BY sum(total_exec_time) DESC LIMIT 5
"""
_on_directory: list[Callable[[], None]] = []


def on_directory(handler: Callable[[], None]) -> None:
    """`handler()` runs in each open tenant's context whenever the directory is told: what an upper app tells beside it."""
    _on_directory.append(handler)


def report_health(*, now: datetime) -> None:
    disk = shutil.disk_usage(_existing(Path(settings.VAR_DIR)))
    waiting = queue_depths()
    long = waiting.pop(settings.LONG_QUEUE, 0)
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone() or (0,)
        tenants = Tenant.objects.exclude(schema_version="")
        message = CellHealth(
            cell=settings.CELL,
            version=schema_version(),
            tenants=tenants.count(),
            tenants_behind=tenants.exclude(schema_version=schema_version()).count(),
            queue_depth=int(sum(waiting.values())),
            long_queue_depth=int(long),
            dead_letters=DeadLetter.objects.count(),
            disk_free=disk.free,
            disk_total=disk.total,
            database_size=size,
            oldest_alarm_at=Alarm.objects.filter(due_at__lte=now)
            .order_by("due_at")
            .values_list("due_at", flat=True)
            .first(),
            slowest=slowest_queries(),
            at=now,
        )
    send_to_control(message)


def report_directory(*, now: datetime) -> None:
    """Everything that the control plane needs to see what differs, in one message: ids, states and numbers."""
    with public_context():
        tenants = [
            {
                "uuid": str(tenant.uuid),
                "state": tenant.state,
                "limits_sequence": tenant.limits_sequence,
                "schema_version": tenant.schema_version,
                "canary_sequence": tenant.canary_sequence,
            }
            for tenant in Tenant.objects.order_by("pk")
        ]
    send_to_control(Directory(cell=settings.CELL, tenants=tuple(tenants), at=now))
    for facts in tenants_in_cell():
        if facts.is_open and facts.schema_version == schema_version():
            with tenant_context(facts):
                for handler in _on_directory:
                    handler()


def slowest_queries() -> tuple[dict[str, Any], ...]:
    """What takes most of the database's time, without values: PostgreSQL replaces them. Nothing where it does not count."""
    try:
        with owner_connection() as owner:
            rows = owner.execute(SLOWEST).fetchall()
    except Error:
        return ()
    return tuple({"query": " ".join(query.split()), "calls": calls, "mean_ms": mean} for query, calls, mean in rows)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
