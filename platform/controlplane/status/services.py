"""The daily history of cells: one row a cell and a day, ninety of them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from controlplane.enums import CellState
from controlplane.models import Cell
from controlplane.status.models import CellDay
from controlplane.status.queries import DAYS, is_well

EVERY = timedelta(seconds=30)


@transaction.atomic
def check_cells(*, now: datetime) -> None:
    """Note how each cell is at this minute; two beats at once count once."""
    today = timezone.localdate(now)
    for cell in Cell.objects.exclude(state__in=[CellState.CLOSED, CellState.EXPECTED]).exclude(heard_at=None):
        row, is_new = CellDay.objects.get_or_create(cell=cell, day=today, defaults={"checked_at": now})
        due = CellDay.objects.filter(pk=row.pk)
        if not is_new:
            due = due.filter(checked_at__lte=now - EVERY)
        good = int(is_well(cell, now=now))
        due.update(checks=F("checks") + 1, good=F("good") + good, checked_at=now)
    CellDay.objects.filter(day__lt=today - timedelta(days=DAYS)).delete()
