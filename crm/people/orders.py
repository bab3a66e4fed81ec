"""In what order the list shows people. Whoever lacks what is ordered by follows at the end, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.fields.models import CustomField
from crm.people.expressions import Folded
from crm.people.own_filters import own_name, own_orders, own_stretches
from crm.people.paging import NEWEST, Key, Stretch

Stretches = tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Order:
    label: str | Promise  # «newest first»
    caption: str | Promise  # of the table
    stretches: Stretches


ID = Key("id", int)
NAME = (Key("last_key", str), Key("first_key", str), ID)
FOLDED_NAME = {"last_key": Folded("last_name"), "first_key": Folded("first_name")}


def _known_first(known: Stretch) -> Stretches:
    return known, Stretch(NEWEST.keys, is_downwards=True, only=~known.only)


# The code of a commune begins with its département, and follows the alphabet within it; names would be folded one by one.
BY_TOWN = Stretch((Key("commune_code", str), ID), only=~Q(commune_code=""))
BY_SUPPORT = Stretch((Key("support_level", int), ID), only=Q(support_level__isnull=False))  # 1 is the strongest
BY_ACTIVITY = Stretch(
    (Key("last_activity_at", datetime.fromisoformat, datetime.isoformat), ID),
    is_downwards=True,
    only=Q(last_activity_at__isnull=False),
)
ORDERS: Mapping[str, Order] = {
    "": Order(_("newest first"), _("People, newest first"), (NEWEST,)),
    "oldest": Order(_("oldest first"), _("People, oldest first"), (Stretch(NEWEST.keys),)),
    "name": Order(_("by name"), _("People by name"), (Stretch(NAME, annotations=FOLDED_NAME),)),
    "town": Order(_("by département and town"), _("People by département and town"), _known_first(BY_TOWN)),
    "support": Order(_("strongest support first"), _("People, strongest support first"), _known_first(BY_SUPPORT)),
    "activity": Order(_("last active first"), _("People, last active first"), _known_first(BY_ACTIVITY)),
}


def orders(fields: Sequence[CustomField]) -> list[tuple[str, str | Promise]]:
    """What can be chosen: ours, then the campaign's own fields."""
    return [*((key, order.label) for key, order in ORDERS.items()), *own_orders(fields)]


def caption_of(sort: str) -> str | Promise:
    return ORDERS[sort].caption if sort in ORDERS else _("People in the order you chose")


def stretches_of(sort: str, fields: Sequence[CustomField]) -> Stretches:
    """The order that was asked for; newest first where there is none of that name."""
    own = next((field for field in fields if own_name(field) == sort), None)
    if own is not None:
        return own_stretches(own)
    return ORDERS.get(sort, ORDERS[""]).stretches
