"""What the page of a person tells: what she may be sent and why, and where each datum came from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.access.queries import members_named
from crm.consent.enums import Basis, Channel, Purpose, Reach, SourceKind
from crm.consent.models import ConsentState
from crm.consent.reach import REACH
from crm.people.contact_points import display_phone
from crm.people.custom import named
from crm.people.fields import LABELS, FieldWords, label_of
from crm.people.models import EmailAddress, Person, PersonChange, PhoneNumber, PostalAddress, Tag, TagChange
from crm.people.queries import changes_of, consent_entries_of, contact_rows_of, tag_changes_of
from crm.people.timeline import arrived_at
from shared.templatetags.days import day

ICONS = {
    Channel.EMAIL: "iso-mail",
    Channel.SMS: "iso-message-square",
    Channel.PHONE: "iso-phone",
    Channel.POST: "iso-map-pin",
}
BASES = dict(Basis.choices)
NOT_DATA = ("email", "phone", "commune_code", "created_at")  # told elsewhere on the page
REFUSED = (Reach.SUPPRESSED, Reach.WITHDRAWN, Reach.BAD_ADDRESS, Reach.ERASED)
WITHOUT = (Reach.NO_ADDRESS, Reach.BAD_ADDRESS)  # no address that works
# Why not, in the words of one person's page and of the list.
WHY: dict[Reach, str | Promise] = {
    Reach.REACHABLE: gettext_lazy("reachable"),
    Reach.ERASED: gettext_lazy("being erased"),
    Reach.NO_ADDRESS: gettext_lazy("no address"),
    Reach.SUPPRESSED: gettext_lazy("asked to be left alone"),
    Reach.WITHDRAWN: gettext_lazy("refuses"),
    Reach.BAD_ADDRESS: gettext_lazy("address fails"),
    Reach.OCCASIONAL: gettext_lazy("occasional contact"),
    Reach.NO_CONSENT: gettext_lazy("no known consent"),
}


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One square of the list, one row of the page."""

    channel: Channel
    icon: str
    state: str  # o reachable, n refused, i not known: the classes of the stylesheet
    word: str | Promise

    @property
    def is_open(self) -> bool:
        return self.state == "o"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What stands for one channel and purpose, with its proof."""

    channel: ChannelState
    purpose: str
    purpose_label: str
    granted: bool | None
    basis: str
    since: date | datetime | None
    written: datetime | None  # in the ledger
    wording: str
    source: str
    actor: str


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """An e-mail, a number or an address as the page and the form show it, with whether it works and whence it is."""

    kind: str  # of crm.people.editing.KINDS
    label: str | Promise
    text: str
    row: Any
    source: str
    is_first: bool  # among several of its kind

    @property
    def told(self) -> str:
        first = pgettext("people", "first") if self.is_first else ""
        return ", ".join(filter(None, (first, self.source, day(localtime(self.row.created_at), "j N Y"))))


@dataclass(frozen=True, slots=True)
class Datum:
    label: str
    value: str
    source: str
    at: datetime
    actor: str

    @property
    def told(self) -> str:
        """By what, by whom, when."""
        return ", ".join(filter(None, (self.source, self.actor, day(localtime(self.at), "j N Y"))))


def channel_state(channel: Channel, reach: Reach) -> ChannelState:
    state = "o" if reach == Reach.REACHABLE else "n" if reach in REFUSED else "i"
    return ChannelState(channel, ICONS[channel], state, _why_not(reach, channel))


def _why_not(reach: Reach, channel: Channel) -> str | Promise:
    if reach == Reach.NO_ADDRESS and channel == Channel.SMS:
        return gettext_lazy("no mobile number")  # she may have a landline
    if reach == Reach.NO_ADDRESS and channel == Channel.PHONE:
        return gettext_lazy("no number")
    return WHY[reach]


def channels_of(person: Person) -> list[ChannelState]:
    return [channel_state(channel, Reach(getattr(person, REACH[channel]))) for channel in Channel]


def agreements_of(person: Person) -> list[Agreement]:
    """News by each channel first, whether said or not; then whatever else she agreed to or refused."""
    states = sorted(ConsentState.objects.filter(person=person), key=lambda state: (state.channel, state.purpose))
    entries = {(entry.person_id, entry.id): entry for entry in consent_entries_of(person)}
    for state in states:
        state.entry = entries.get((state.person_id, state.entry_id)) or state.entry
    names = members_named({state.entry.actor_id for state in states if state.entry.actor_id})
    news = {state.channel: state for state in states if state.purpose == Purpose.NEWS}
    rows = [_agreement(_for_news(person, one, news.get(one)), Purpose.NEWS, news.get(one), names) for one in Channel]
    for state in states:
        if state.purpose != Purpose.NEWS:
            reach = Reach.REACHABLE if state.granted else Reach.WITHDRAWN
            rows.append(_agreement(channel_state(Channel(state.channel), reach), Purpose(state.purpose), state, names))
    return rows


def _for_news(person: Person, channel: Channel, state: ConsentState | None) -> ChannelState:
    """What is kept of a refusal at an address that fails, or without one, is the address: here her word comes first."""
    reach = Reach(getattr(person, REACH[channel]))
    is_refused = state is not None and not state.granted
    return channel_state(channel, Reach.WITHDRAWN if is_refused and reach in WITHOUT else reach)


def contact_points_of(person: Person) -> list[ContactPoint]:
    """Of each kind, the first one first."""
    rows = contact_rows_of(person)
    count = Counter(map(type, rows))
    return [
        ContactPoint(
            kind=f"{kind}es" if kind == "address" else f"{kind}s",
            label=_point_label(row),
            text=text,
            row=row,
            source=source_of(row),
            is_first=row.is_primary and count[type(row)] > 1,
        )
        for row, kind, text in _contacts(rows)
    ]


def provenance_of(person: Person) -> list[Datum]:
    """Each datum, its source, since when."""
    last: dict[str, PersonChange] = {}
    for change in changes_of(person):
        if change.person_id == person.pk:
            last.update(dict.fromkeys(change.changes, change))
    rows = contact_rows_of(person)
    actors = {row.actor_id for row in [person, *last.values(), *rows] if row.actor_id}
    names = members_named(actors)
    data = [_datum(row, label_of(kind), text, row.created_at, names) for row, kind, text in _contacts(rows)]
    words = FieldWords()
    arrived = arrived_at(person)
    own = {field: getattr(person, field, "") for field in LABELS if field not in NOT_DATA}
    for field, value in {**own, **named(person.custom)}.items():
        if value in ("", None):
            continue
        latest = last.get(field)
        at = latest.at if latest else arrived
        data.append(_datum(latest or person, words.label(field), words.shown(field, value), at, names))
    return data


def tagged_by(person: Person, tags: Sequence[Tag]) -> list[tuple[Tag, TagChange | None, str]]:
    """Her tags, with the act that last put each on."""
    last: dict[int, TagChange] = {}
    for change in tag_changes_of(person):
        last.update(dict.fromkeys(change.added, change))
    names = members_named({change.actor_id for change in last.values() if change.actor_id})
    return [(tag, last.get(tag.pk), _who(last.get(tag.pk), names)) for tag in tags if tag.pk in person.tag_ids]


def _agreement(
    channel: ChannelState, purpose: Purpose, state: ConsentState | None, names: Mapping[int, str]
) -> Agreement:
    entry = state.entry if state else None
    return Agreement(
        channel=channel,
        purpose=purpose.value,
        purpose_label=str(purpose.label),
        granted=state.granted if state else None,
        basis=str(BASES.get(state.basis, state.basis)) if state and state.granted else "",
        since=(entry.given_on or entry.at) if entry else None,
        written=entry.at if entry else None,
        wording=entry.wording.text if entry else "",
        source=source_of(entry) if entry else "",
        actor=names.get(entry.actor_id or 0, "") if entry else "",
    )


def _point_label(row: Any) -> str | Promise:
    if isinstance(row, PhoneNumber) and row.is_mobile:
        return _("Mobile")
    return LABELS[{EmailAddress: "email", PhoneNumber: "phone", PostalAddress: "address"}[type(row)]]


def _contacts(rows: list[Any]) -> list[tuple[Any, str, str]]:
    kinds = {EmailAddress: "email", PhoneNumber: "phone", PostalAddress: "address"}
    return [
        (row, kinds[type(row)], display_phone(row.number) if isinstance(row, PhoneNumber) else str(row)) for row in rows
    ]


def _datum(row: Any, label: str, value: str, at: datetime, names: Mapping[int, str]) -> Datum:
    return Datum(label, value, source_of(row), at, names.get(row.actor_id or 0, ""))


def source_of(row: Any) -> str:
    """What kind of source a row has, in words."""
    return str(SourceKind(row.source_kind).label) if row.source_kind in SourceKind.values else str(row.source_kind)


def _who(change: TagChange | None, names: Mapping[int, str]) -> str:
    if change is None:
        return _("with the first file")
    return names.get(change.actor_id or 0, "") or source_of(change)
