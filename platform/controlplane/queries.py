"""Reads of the control plane used by more than one caller."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncHour

from controlplane.enums import CellState
from controlplane.lifecycle.holding import find_campaign_of_host
from controlplane.models import Campaign, Cell, CellResidency, Region
from tenants.context import public_context
from tenants.enums import TenantState
from tenants.residency.certificates import NotProved
from tenants.residency.checks import Check
from tenants.residency.facts import CertificateFacts
from tenants.residency.queries import shown_checks

SLOW_AFTER = timedelta(seconds=30)


def cells_with_load() -> list[Cell]:
    """Every cell, with the places `taken` in it."""
    counted = Count("campaigns", filter=~Q(campaigns__state=TenantState.ERASED))
    cells: list[Cell] = []
    for cell in Cell.objects.select_related("region").annotate(load=counted):
        cell.taken = cell.load
        cells.append(cell)
    return cells


@dataclass(frozen=True, slots=True)
class ProvedCell:
    name: str
    proof: CellResidency | None
    checks: list[Check]

    @property
    def is_undeclared(self) -> bool:
        return any(check.is_undeclared for check in self.checks)


def proved_cells(region: Region) -> list[ProvedCell]:
    """The cells at work in a region, each with its last proof. What is declared of the region is not in it."""
    cells = region.cells.exclude(state=CellState.CLOSED).select_related("residency")
    proofs = [(cell.name, getattr(cell, "residency", None)) for cell in cells]
    return [ProvedCell(name, proof, shown_checks(proof.findings) if proof else []) for name, proof in proofs]


def certificate_facts_of(campaign: Campaign) -> CertificateFacts:
    """What the campaign's cell told last; raises NotProved where it told nothing yet."""
    proof = CellResidency.objects.filter(cell=campaign.cell).first()
    if proof is None:
        raise NotProved(campaign.cell.name)
    return CertificateFacts(
        campaign=campaign.uuid,
        name=campaign.name,
        host=campaign.host,
        region=proof.region,
        cell=campaign.cell.name,
        proof=proof.proof,
        proved_at=proof.at,
        checks=proof.findings,
    )


def health_by_hour(cell: Cell) -> list[Any]:
    """The last half day, newest first: how often the cell spoke, and the worst of what it said."""
    by_hour = cell.health.order_by().annotate(hour=TruncHour("at")).values("hour")
    told = by_hour.annotate(told=Count("pk"), waiting=Max("queue_depth"), free=Min("disk_free"))
    return list(told.order_by("-hour")[:12])


def cell_names() -> list[str]:
    """Every cell that may speak: a closed one still tells the end of its story."""
    with public_context():
        return list(Cell.objects.order_by("name").values_list("name", flat=True))


def find_cell_of_host(host: str) -> str | None:
    """The name of the cell that serves this host, or None."""
    campaign = find_campaign_of_host(host.lower().rstrip("."))
    return campaign.cell.name if campaign and campaign.state != TenantState.ERASED else None
