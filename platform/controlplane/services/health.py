"""How cells are, as they tell it themselves; a cell that tells nothing is an alarm."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from controlplane.enums import AlarmKind, CellState
from controlplane.models import Cell, HealthRecord
from controlplane.services.alarms import clear_alarm, raise_alarm
from tenants.bus import CellHealth

KEPT_FOR = timedelta(days=2)
SILENT = gettext_noop("The cell %(cell)s has told nothing since %(since)s. It gets no new campaign.")


@transaction.atomic
def record_health(message: CellHealth, *, cell_name: str) -> None:
    """Keep what a cell told of itself; told twice it is kept once, and late news are history only."""
    cell = Cell.objects.filter(name=cell_name).first()
    if cell is None or message.cell != cell_name:
        return
    HealthRecord.objects.get_or_create(
        cell=cell,
        at=message.at,
        defaults={
            "version": message.version,
            "tenants": message.tenants,
            "tenants_behind": message.tenants_behind,
            "queue_depth": message.queue_depth,
            "long_queue_depth": message.long_queue_depth,
            "dead_letters": message.dead_letters,
            "disk_free": message.disk_free,
            "disk_total": message.disk_total,
            "database_size": message.database_size,
            "oldest_alarm_at": message.oldest_alarm_at,
            "slowest": list(message.slowest),
        },
    )
    HealthRecord.objects.filter(cell=cell, at__lt=message.at - KEPT_FOR).delete()
    newer = Cell.objects.filter(Q(heard_at=None) | Q(heard_at__lt=message.at), pk=cell.pk)
    if newer.update(heard_at=message.at):
        Cell.objects.filter(pk=cell.pk, state=CellState.EXPECTED).update(state=CellState.OPEN)


def watch_cells(*, now: datetime) -> None:
    """Tell operators of cells that are silent, and when they speak again."""
    for cell in Cell.objects.exclude(state=CellState.CLOSED):
        if cell.is_silent(now=now):
            since = f"{cell.heard_at:%Y-%m-%d %H:%M} UTC"
            facts = {"cell": cell.name, "since": since}
            raise_alarm(kind=AlarmKind.CELL_SILENT, cell=cell, text=SILENT, facts=facts, now=now)
        else:
            clear_alarm(kind=AlarmKind.CELL_SILENT, cell=cell, now=now)
