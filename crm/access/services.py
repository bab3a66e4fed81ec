"""The one way into the access log."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from crm.access.enums import Access
from crm.access.models import AccessEntry
from tenants.alarms import set_alarm

FORGET = "access.forget"  # the alarm
KEPT = timedelta(days=365)
AGAIN = timedelta(days=30)
AT_ONCE = 10_000


def log_access(
    *,
    kind: Access,
    by: int | None,
    now: datetime,
    count: int | None = None,
    about: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Data was taken out, or is about to be: one line for each time."""
    entry = AccessEntry(kind=kind, at=now, by_id=by, count=count, about=about, details=dict(details or {}))
    _write([entry], now)


def log_looks(*, kind: Access, by: int, person_ids: Iterable[int], now: datetime, about: str = "") -> None:
    """Somebody is looked at: one line for each hour, whoever reloads the page, and one insert whatever was there before.

    While a campaign moves the database refuses it, and the page with it: nobody is looked at without a line.
    """
    hour = int(now.timestamp()) // 3600
    _write(
        [AccessEntry(kind=kind, at=now, by_id=by, person_id=pk, count=1, about=about, hour=hour) for pk in person_ids],
        now,
    )


def forget_old(*, now: datetime) -> int:
    """What is a year old is deleted, a block at a time; asks to be called again while there is anything left."""
    deleted = 0
    while block := list(
        AccessEntry.objects.filter(at__lt=now - KEPT).order_by("at").values_list("pk", flat=True)[:AT_ONCE]
    ):
        AccessEntry.objects.filter(pk__in=block).delete()
        deleted += len(block)
    if AccessEntry.objects.exists():
        set_alarm(FORGET, due_at=now + AGAIN)
    return deleted


def _write(entries: list[AccessEntry], now: datetime) -> None:
    AccessEntry.objects.bulk_create(entries, ignore_conflicts=True)
    # Once a day is enough for an alarm that comes once a month; the cache spares the query on every page.
    if cache.add("access.forget", 1, 24 * 3600):
        set_alarm(FORGET, due_at=now + AGAIN)
