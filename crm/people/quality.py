"""What is missing or worn out in the file, and how many people it concerns: each figure is a filter of the list.

Up to a few ten thousand people everybody is counted; beyond, one person in 64 is asked, by an index that holds only
them, and the answer is kept for five minutes. So the dashboard costs the same at a million.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Channel, Reach, SourceKind
from crm.consent.reach import CAN, REACH
from crm.people.days import beginning_of
from crm.people.enums import AddressStatus
from crm.people.models import EmailAddress, Person
from shared.sampling import SAMPLED, InSample
from tenants.users.permissions import can

FEW = 30_000
KEPT = 300  # seconds
STALE = timedelta(days=3 * 365)  # the CNIL's habit for prospects: three years after their last act
NEW = 30  # days
LABELS: Mapping[str, str | Promise] = {
    "email": _("without an e-mail"),
    "phone": _("without a telephone"),
    "address": _("without a postal address"),
    "commune": _("without a known commune"),
    "bad_email": _("whose e-mail does not work"),
    "basis": _("whom no agreement lets you write to"),
    "stale": _("without a sign of life for three years"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the panel. `share` is of everybody, in percent."""

    label: str | Promise
    count: int
    url: str
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    total: int
    figures: Sequence[Figure]
    sources: Sequence[Figure]  # of the newcomers
    is_estimate: bool


More = Callable[[], Figure]
_more: dict[More, str] = {}  # and the permission for the page behind it


def register_figure(more: More, permission: str) -> None:
    """For what other apps know to be mended. In AppConfig.ready()."""
    _more[more] = permission


def further_figures(user: Any) -> list[Figure]:
    """Of other apps; none that leads where the reader may not go."""
    return [more() for more, permission in _more.items() if can(user, permission)]


def lacking(defect: str, *, now: datetime) -> Q:
    """The people whom one of LABELS is about."""
    return _conditions(now)[defect]


def quality(*, now: datetime) -> Quality:
    found = cache.get("people.quality")
    if not isinstance(found, tuple):
        found = _count(now)
        if found[0] > FEW:
            cache.set("people.quality", found, KEPT)
    total, defects, sources, is_estimate = found
    people = reverse("people:list")
    figures = [
        Figure(label, defects[name], f"{people}?lacks={name}", _share(defects[name], total))
        for name, label in LABELS.items()
    ]
    came = sum(sources.values())
    newcomers = [
        Figure(SourceKind(kind).label, count, f"{people}?source={kind}&since={NEW}", _share(count, came))
        for kind, count in sorted(sources.items(), key=lambda one: -one[1])
        if kind in SourceKind.values
    ]
    return Quality(total, figures, newcomers, is_estimate)


def _conditions(now: datetime) -> dict[str, Q]:
    since = now - STALE
    bad = EmailAddress.objects.filter(status=AddressStatus.BAD, is_primary=True).values("person")
    no_channel = Q(**dict.fromkeys(CAN.values(), False))
    no_basis = Q()
    for channel in Channel:
        no_basis |= Q(**{f"{REACH[channel]}__in": [Reach.NO_CONSENT, Reach.OCCASIONAL]})
        no_channel &= ~Q(**{REACH[channel]: Reach.BAD_ADDRESS})  # there it is the address that has to be mended
    return {
        "email": Q(email=""),
        "phone": Q(phone=""),
        "address": Q(street=""),
        "commune": Q(commune_code=""),
        "bad_email": Q(pk__in=bad),
        "basis": no_channel & no_basis,
        "stale": Q(created_at__lt=since) & (Q(last_activity_at__isnull=True) | Q(last_activity_at__lt=since)),
    }


def _count(now: datetime) -> tuple[int, dict[str, int], dict[str, int], bool]:
    is_many = rows_known() > FEW
    people = Person.objects.alive().filter(InSample("id")) if is_many else Person.objects.alive()
    factor = SAMPLED if is_many else 1
    counts = {name: Count("pk", filter=condition) for name, condition in _conditions(now).items()}
    found = people.aggregate(total=Count("pk"), **counts)
    came = people.filter(created_at__gte=beginning_of(NEW, now=now)).order_by().values_list("source_kind")
    sources = {kind: count * factor for kind, count in came.annotate(count=Count("pk"))}
    total = found.pop("total") * factor
    return total, {name: count * factor for name, count in found.items()}, sources, is_many


def rows_known() -> float:
    """By the table's statistics; -1 says that there are none yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'people_person'::regclass")
        return float(cursor.fetchone()[0])


def _share(count: int, total: int) -> int:
    return min(100, round(count * 100 / total)) if total else 0
