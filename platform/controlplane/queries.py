"""Reads of the control plane used by more than one caller."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from controlplane.enums import CellState
from controlplane.models import Campaign, Cell
from tenants.enums import TenantState

SLOW_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What the status page may honestly say: what the control plane knows by itself."""

    cells: list[Cell]
    slow_openings: int
    at: datetime


def cells_with_load() -> list[Cell]:
    """Every cell, with the places `taken` in it."""
    counted = Count("campaigns", filter=~Q(campaigns__state=TenantState.ERASED))
    cells: list[Cell] = []
    for cell in Cell.objects.select_related("region").annotate(load=counted):
        cell.taken = cell.load
        cells.append(cell)
    return cells


def service_state() -> ServiceState:
    now = timezone.now()
    slow = Campaign.objects.being_opened().filter(created_at__lt=now - SLOW_AFTER).count()
    return ServiceState(
        cells=list(Cell.objects.exclude(state=CellState.CLOSED).select_related("region")), slow_openings=slow, at=now
    )
