"""What is known of a message's readers, in numbers: of those who agreed to be measured, never of everybody."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from messaging.deliveries.models import Mailing
from messaging.measuring.models import Link, Reading


@dataclass(frozen=True, slots=True)
class LinkCount:
    address: str
    people: int
    clicks: int


@dataclass(frozen=True, slots=True)
class Readership:
    agreed: int  # measured when it left, and still agreeing
    opened: int
    clicked: int
    only_machines: int  # their picture was loaded by a machine, and by nobody since
    links: tuple[LinkCount, ...]

    @property
    def opened_percent(self) -> float:
        return 100 * self.opened / self.agreed if self.agreed else 0.0

    @property
    def clicked_percent(self) -> float:
        return 100 * self.clicked / self.agreed if self.agreed else 0.0


def readership(mailing: Mailing) -> Readership:
    counted = Reading.objects.filter(mailing=mailing).aggregate(
        agreed=Count("pk"),
        opened=Count("opened_at"),
        clicked=Count("clicked_at"),
        only_machines=Count("pk", filter=Q(machine_hits__gt=0, opened_at__isnull=True)),
    )
    return Readership(**counted, links=_links(mailing) if counted["agreed"] else ())


def _links(mailing: Mailing) -> tuple[LinkCount, ...]:
    """The most followed first, then as they stand in the message."""
    rows = Link.objects.filter(mailing=mailing).annotate(people=Count("clicks"), total=Sum("clicks__times", default=0))
    return tuple(LinkCount(row.address, row.people, row.total) for row in rows.order_by("-people", "position"))
