"""Alarms of the operators' console: raised once while they stand, cleared when it is over."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from controlplane.enums import AlarmKind
from controlplane.models import Cell, OperatorAlarm
from controlplane.tasks import send_alarm_task


@transaction.atomic
def raise_alarm(
    *,
    kind: AlarmKind,
    cell: Cell | None,
    text: str,
    now: datetime,
    subject: str = "",
    facts: dict[str, Any] | None = None,
) -> OperatorAlarm:
    """Tell the operators, in a sentence of the catalog (`gettext_noop`). One that stands already takes the new words only."""
    alarm, is_new = OperatorAlarm.objects.standing().update_or_create(
        kind=kind,
        cell=cell,
        subject=subject,
        defaults={"text": text, "facts": facts or {}},
        create_defaults={"text": text, "facts": facts or {}, "raised_at": now},
    )
    if is_new:
        transaction.on_commit(partial(send_alarm_task.delay, alarm_id=alarm.pk))
    return alarm


def clear_alarm(
    *, kind: AlarmKind, cell: Cell | None, now: datetime, subject: str | None = None, except_for: Collection[str] = ()
) -> int:
    """It is over: for this subject, or for every one of the kind but those left out. Returns how many stood."""
    standing = OperatorAlarm.objects.standing().filter(kind=kind, cell=cell).exclude(subject__in=except_for)
    if subject is not None:
        standing = standing.filter(subject=subject)
    return standing.update(cleared_at=now)


def mark_alarm_seen(*, alarm: OperatorAlarm, now: datetime) -> None:
    OperatorAlarm.objects.filter(pk=alarm.pk, seen_at=None).update(seen_at=now)
