"""Who may be written to: for whole audiences by one indexed column, and again for each recipient at delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import DISTANT, Basis, Channel, Purpose, Reach
from crm.consent.models import ConsentState
from crm.consent.reach import CAN, REACH
from crm.people.models import Person


@dataclass(frozen=True, slots=True)
class LeftOut:
    reason: str
    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class Permission:
    allowed: bool
    reason: str
    basis: str
    consent_id: int | None  # the entry of the ledger that allows it


class Standing(NamedTuple):
    """A row of ConsentState without the weight of a model: asked for each delivery."""

    granted: bool
    basis: str
    entry_id: int


# Reasons as an audience tells them, the heaviest first.
LABELS: dict[Reach, str | Promise] = {
    Reach.NO_CONSENT: _("without consent"),
    Reach.WITHDRAWN: _("refused or unsubscribed"),
    Reach.NO_ADDRESS: _("without an address for this channel"),
    Reach.BAD_ADDRESS: _("whose address does not work"),
    Reach.OCCASIONAL: _("occasional contacts, without consent"),
    Reach.SUPPRESSED: _("who asked never to be written to"),
    Reach.ERASED: _("erased"),
}


def reachable(people: QuerySet[Person], channel: str) -> QuerySet[Person]:
    """Those among them to whom news may go by this channel, today."""
    return people.filter(**{CAN[Channel(channel)]: True})


def left_out(people: QuerySet[Person], channel: str) -> list[LeftOut]:
    """Why the others may not: reasons never overlap, so total minus their sum is who is reached."""
    column = REACH[Channel(channel)]
    rows = people.order_by().values_list(column).annotate(count=Count("pk"))
    counts = {Reach(code): count for code, count in rows if code != Reach.REACHABLE}
    return [LeftOut(code.name.lower(), label, counts[code]) for code, label in LABELS.items() if counts.get(code)]


def delivery_permissions(person_ids: Sequence[int], channel: str, purpose: str = Purpose.NEWS) -> dict[int, Permission]:
    """Asked again at delivery for each recipient; whoever is missing from the database is refused."""
    one = Channel(channel)
    people = Person.objects.filter(pk__in=person_ids).values_list("pk", REACH[one], "relationship")
    found = ConsentState.objects.filter(person_id__in=person_ids, channel=one, purpose=purpose)
    rows = found.values_list("person_id", "granted", "basis", "entry_id")
    states = {pk: Standing(granted, basis, entry) for pk, granted, basis, entry in rows}
    allowed = {pk: _permission(Reach(code), kind, states.get(pk), purpose) for pk, code, kind in people}
    nobody = Permission(allowed=False, reason="erased", basis="", consent_id=None)
    return {pk: allowed.get(pk, nobody) for pk in person_ids}


def _permission(reach: Reach, relationship: str, state: Standing | None, purpose: str) -> Permission:
    if purpose != Purpose.NEWS:
        reach = _reach_for(reach, relationship, state)
    if reach != Reach.REACHABLE or state is None:
        return Permission(allowed=False, reason=reach.name.lower(), basis="", consent_id=None)
    return Permission(allowed=True, reason="", basis=state.basis, consent_id=state.entry_id)


def _reach_for(news: Reach, relationship: str, state: Standing | None) -> Reach:
    """The number kept is about news; for another purpose only what it says of the address still holds."""
    if news in (Reach.ERASED, Reach.NO_ADDRESS, Reach.SUPPRESSED, Reach.BAD_ADDRESS):
        return news
    if state is None:
        return Reach.NO_CONSENT
    if not state.granted:
        return Reach.WITHDRAWN
    if relationship in DISTANT and state.basis != Basis.CONSENT:
        return Reach.OCCASIONAL
    return Reach.REACHABLE
