from dataclasses import dataclass

from django.db.models import Count

from controlplane.models import Campaign


@dataclass(frozen=True, slots=True)
class VersionCount:
    cell: str
    version: str
    campaigns: int
    cell_total: int

    @property
    def share(self) -> float:
        return self.campaigns / self.cell_total


def versions_by_cell() -> list[VersionCount]:
    """How many campaigns of each cell are at each version; the version of most first."""
    counted = Campaign.objects.standing().order_by().values_list("cell__name", "schema_version")
    rows = list(counted.annotate(number=Count("pk")).order_by("cell__name", "-number"))
    totals: dict[str, int] = {}
    for cell, _version, number in rows:
        totals[cell] = totals.get(cell, 0) + number
    return [VersionCount(cell, version, number, totals[cell]) for cell, version, number in rows]


def failed_migrations() -> list[Campaign]:
    """Campaigns that keep their maintenance page until somebody has looked."""
    return list(Campaign.objects.standing().exclude(migration_error="").select_related("cell").order_by("name"))


def canaries() -> list[Campaign]:
    """Campaigns that are migrated before all others, as operators have named them."""
    return list(Campaign.objects.standing().filter(is_canary=True).select_related("cell").order_by("name"))
