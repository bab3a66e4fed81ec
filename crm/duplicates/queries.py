from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.consent.enums import Channel, Purpose
from crm.consent.models import ConsentState
from crm.duplicates.models import DuplicatePair
from crm.people.contact_points import display_phone
from crm.people.custom import is_custom, value_of
from crm.people.fields import LABELS, FieldWords
from crm.people.merging import ADDRESSES, choosable_names, kept_value
from crm.people.models import Activity, Person, PersonMerge, PhoneNumber, Tag
from crm.people.queries import rows_of

COUNTED = 1_000
READ = 3  # notes of each, the newest


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One datum of both; `chosen` is the side whose value stays if nobody says otherwise."""

    name: str
    label: str
    first: str
    second: str
    differs: bool
    chosen: str


@dataclass(frozen=True, slots=True)
class AddressRow:
    kind: str
    label: str
    addresses: list[tuple[int, str, bool]]  # id, as read, is first


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may be sent afterwards, when the two do not agree."""

    label: str
    refused: bool


def count_to_review() -> int:
    """Exact up to a thousand: more is «more than a thousand»."""
    return DuplicatePair.objects.to_review()[:COUNTED].count()


def next_pair(after: DuplicatePair | None = None) -> DuplicatePair | None:
    """The likeliest first; those put off come when nothing else is left."""
    pairs = DuplicatePair.objects.to_review().select_related("first", "second")
    if after is not None:
        pairs = pairs.exclude(pk=after.pk)
    later = DuplicatePair.objects.alive().filter(state="later").order_by("decided_at").select_related("first", "second")
    return pairs.first() or (later.exclude(pk=after.pk) if after else later).first()


def pairs_of(person: Person) -> list[DuplicatePair]:
    """The likeliest first. Most people have none, and the short question is asked on the page of everybody."""
    mine = DuplicatePair.objects.filter(Q(first=person) | Q(second=person))
    if not mine.exists():
        return []
    return list(mine.to_review().select_related("first", "second")[:5])


def merges_of(person: Person) -> list[PersonMerge]:
    """Those that can still be taken back, latest first."""
    if len(rows_of(person)) == 1:  # nobody was merged into her, which the page knows already
        return []
    return list(PersonMerge.objects.filter(kept=person, undone_at=None).exclude(before={}).order_by("-pk")[:5])


def field_rows(first: Person, second: Person, *, keep: Person) -> list[FieldRow]:
    """Differences first, then what both have."""
    merged = second if keep.pk == first.pk else first
    rows, words = [], FieldWords()
    for name in choosable_names(first, second):
        if name not in LABELS and not is_custom(name):
            continue
        mine, yours = value_of(first, name), value_of(second, name)
        if mine in ("", None) and yours in ("", None):
            continue
        chosen = "first" if kept_value(keep, merged, name) == mine else "second"
        differs = mine != yours
        rows.append(
            FieldRow(name, words.label(name), words.shown(name, mine), words.shown(name, yours), differs, chosen)
        )
    return sorted(rows, key=lambda row: not row.differs)


def address_rows(first: Person, second: Person, *, keep: Person) -> list[AddressRow]:
    """All of them are kept; which one comes first is asked where there are several."""
    labels = {"emails": _("E-mails"), "phones": _("Telephones"), "addresses": _("Addresses")}
    rows = []
    for kind, model in ADDRESSES.items():
        found = list(model.objects.filter(person__in=[first, second]).order_by("id"))
        unique = {_read(one): one for one in sorted(found, key=lambda one: one.person_id != keep.pk, reverse=True)}
        if unique:
            leading = min(unique.values(), key=lambda one: (one.person_id != keep.pk, one.rank))
            rows.append(
                AddressRow(kind, labels[kind], [(one.id, text, one is leading) for text, one in sorted(unique.items())])
            )
    return rows


def outlook(first: Person, second: Person) -> list[Outlook]:
    """Channels for which one agreed and the other refused: the refusal stands."""
    states: dict[tuple[str, str], set[bool]] = {}
    for state in ConsentState.objects.filter(person__in=[first, second]).order_by("channel", "purpose"):
        states.setdefault((state.channel, state.purpose), set()).add(state.granted)
    return [
        Outlook(f"{Channel(channel).label}, {Purpose(purpose).label}", refused=False in said)
        for (channel, purpose), said in states.items()
    ]


def side(person: Person) -> dict[str, Any]:
    """What a column says above the fields."""
    return {
        "person": person,
        "activities": Activity.objects.filter(person=person).count(),
        "notes": person.notes.count(),
        "read": list(person.notes.order_by("-created_at", "-pk")[:READ]),
        "tags": list(Tag.objects.filter(pk__in=person.tag_ids).order_by("name")),
    }


def _read(address: Any) -> str:
    return display_phone(address.number) if isinstance(address, PhoneNumber) else str(address)
