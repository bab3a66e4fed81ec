"""The catalogue of cells: what an operator adds to it."""

from dataclasses import dataclass

from django.db import transaction

from controlplane.enums import CellState, Country
from controlplane.models import Cell, Region


class CellElsewhere(Exception):
    """A cell of this name stands in the catalogue already, in another region, or the region is of no known country."""


@dataclass(frozen=True, slots=True)
class CellDraft:
    name: str
    region: str
    country: str
    soft_capacity: int
    hard_capacity: int


@transaction.atomic
def add_cell(*, draft: CellDraft, open_region: bool) -> Cell:
    """The cell of this name, made with its region when they are new; raises CellElsewhere."""
    region = Region.objects.filter(code=draft.region).first()
    if region is None:
        if draft.country not in Country.values:
            raise CellElsewhere(f"The country of the region {draft.region} is not known: name it.")
        region = Region.objects.create(code=draft.region, country=draft.country)
    cell, _created = Cell.objects.get_or_create(
        name=draft.name,
        defaults={
            "region": region,
            "state": CellState.EXPECTED,
            "soft_capacity": draft.soft_capacity,
            "hard_capacity": draft.hard_capacity,
        },
    )
    if cell.region_id != region.pk:
        raise CellElsewhere(f"The cell {draft.name} is in the region {cell.region.code}.")
    if open_region and not region.is_open:
        Region.objects.filter(pk=region.pk).update(is_open=True)
    return cell
