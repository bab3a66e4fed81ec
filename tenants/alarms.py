"""Alarms: work for later as a row in the cell's registry. Idle tenants cost nothing; cost grows with the work due."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from tenants.context import public_context
from tenants.enums import TenantState
from tenants.models import Alarm, Tenant
from tenants.tasking import HEADER
from tenants.version import schema_version

CLAIMED_AT_ONCE = 500
_handlers: dict[str, Any] = {}
_also_when_closed: set[str] = set()


class UnknownAlarm(Exception):
    """Nobody handles this kind of alarm."""


def on_alarm(kind: str, task: Any, *, also_when_closed: bool = False) -> None:
    """When an alarm of this kind is due, the tenant's task is queued with `key=`. Call it in AppConfig.ready().

    While a tenant is suspended or closed its alarms wait, but for those that the law or its end asks for.
    """
    _handlers[kind] = task
    if also_when_closed:
        _also_when_closed.add(kind)


def set_alarm(kind: str, *, due_at: datetime, key: str = "") -> None:
    """Ask for the kind's task at `due_at`, in the tenant's current transaction. Asked twice, the earlier time holds."""
    if kind not in _handlers:
        raise UnknownAlarm(kind)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extensions.set_alarm(%s, %s, %s)", [kind, key, due_at])


def cancel_alarm(kind: str, *, key: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extensions.cancel_alarm(%s, %s)", [kind, key])


def ring_due_alarms(*, now: datetime | None = None) -> int:
    """Queue the tasks of what is due, then forget it. Killed in between, a task is queued twice, and never lost.

    When nothing is due, the claim is the only query, however many tenants there are. What this version does not know (an
    archive of another one brought it) waits for a version that does, and shows in the cell's health; it holds up nobody.
    """
    now = now or timezone.now()
    with public_context(), transaction.atomic():
        due = list(
            Alarm.objects.select_for_update(skip_locked=True)
            .filter(_may_ring(), due_at__lte=now, kind__in=list(_handlers))
            .order_by("due_at")[:CLAIMED_AT_ONCE]
        )
        for alarm in due:
            task = _handlers[alarm.kind]
            task.apply_async(kwargs={"key": alarm.key}, headers={HEADER: alarm.schema_name})
        if due:
            Alarm.objects.filter(pk__in=[alarm.pk for alarm in due]).delete()
    return len(due)


def _may_ring() -> Q:
    """Nothing rings in a tenant that is being moved or set up, or is behind the code's version. An erased one's task is dropped."""
    closed = [TenantState.SUSPENDED, TenantState.CLOSED]
    touchable = Q(state__in=[TenantState.ACTIVE, *closed], schema_version=schema_version()) | Q(
        state=TenantState.ERASED
    )
    untouchable = Tenant.objects.exclude(touchable).values("schema_name")
    shut = Tenant.objects.filter(state__in=closed).values("schema_name")
    return ~Q(schema_name__in=untouchable) & (Q(kind__in=_also_when_closed) | ~Q(schema_name__in=shut))
