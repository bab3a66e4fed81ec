"""One story per person: what she did, what was sent, which tags, what she agreed to, what the team changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from crm.access.naming import Named
from crm.access.queries import members_named
from crm.consent.enums import Channel, Purpose, SourceKind
from crm.consent.models import ConsentEntry
from crm.people.activities import kind_of, kinds_in
from crm.people.fields import FieldWords
from crm.people.models import Activity, Note, Person, PersonChange, TagChange
from crm.people.queries import (
    all_tags,
    changes_of,
    consent_entries_of,
    contact_rows_of,
    former_names,
    names_by_id,
    rows_of,
    tag_changes_of,
)
from shared.templatetags.days import hour

SHOWN = 30
NOTED = "note_added"  # of these activities the note itself tells: who and when, and as it is corrected
PURPOSES, CHANNELS = dict(Purpose.choices), dict(Channel.choices)
Change = TypeVar("Change", TagChange, PersonChange, ConsentEntry)


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    icon: str
    title: str | Promise
    text: str = ""
    url: str = ""
    source: str | Promise = ""
    actor_id: int | None = None
    actor: str = ""
    lines: tuple[str, ...] = ()
    note_id: int | None = None

    @property
    def told(self) -> str:
        """At what hour, by what, by whom."""
        return " · ".join(filter(None, (hour(localtime(self.at)), str(self.source), self.actor)))

    @property
    def day(self) -> date:
        """As the campaign's calendar has it: what is told below it is told by the same clock."""
        return localtime(self.at).date()


@dataclass(frozen=True, slots=True)
class Timeline:
    events: list[Event]
    older_than: datetime | None  # where the next page begins


def timeline(person: Person, *, group: str = "", before: datetime | None = None) -> Timeline:
    """Newest first; `group` is one of crm.people.activities.GROUPS."""
    events = sorted(_events(person, group, before), key=lambda event: event.at, reverse=True)
    page = events[:SHOWN]
    # The next page begins below this moment: what happened at the same one is shown here.
    page += [event for event in events[SHOWN:] if event.at == page[-1].at]
    names = members_named({event.actor_id for event in page if event.actor_id})
    named = [_named(event, names) for event in page]
    return Timeline(named, page[-1].at if len(events) > len(page) else None)


def _events(person: Person, group: str, before: datetime | None) -> Iterator[Event]:
    rows, words = rows_of(person), FieldWords()
    if not group or kinds_in(group):
        yield from _activities(rows, group, before, words)
        yield from _arrival(person, group, before)
    if not group or NOTED in kinds_in(group):
        yield from _notes(rows, before)
    if group in ("", "tags"):
        yield from _tag_events(_latest(tag_changes_of(person), before))
    if group in ("", "changes"):
        changes = [change for change in changes_of(person) if change.changes]
        yield from (_change_event(change, words) for change in _latest(changes, before))
    if group in ("", "consents"):
        yield from map(_consent_event, _latest(consent_entries_of(person), before))


def _arrival(person: Person, group: str, before: datetime | None) -> Iterator[Event]:
    """An import writes no activity for whoever came with it: her row says it, and a million rows are spared."""
    asked = not group or "imported" in kinds_in(group)
    if not asked or person.source_kind != SourceKind.IMPORT:
        return
    at = arrived_at(person)
    if before is None or at < before:
        kind = kind_of("imported")
        yield Event(at=at, icon=kind.icon, title=kind.label, source=_source(person), actor_id=person.actor_id)


def arrived_at(person: Person) -> datetime:
    """When her row was written, which may be long after the day she joined: a file tells that day, her addresses the other."""
    own = (change.changes for change in changes_of(person) if change.person_id == person.pk)
    if moved := next((changes for changes in own if "created_at" in changes), None):
        return datetime.fromisoformat(moved["created_at"][0])
    if person.source_kind != SourceKind.IMPORT:
        return person.created_at
    came_along = [row for row in contact_rows_of(person) if row.source_reference == person.source_reference]
    return min((row.created_at for row in came_along), default=person.created_at)


def _slice(rows: Any, field: str, before: datetime | None) -> Any:
    return rows.filter(**{f"{field}__lt": before} if before else {})[: SHOWN + 1]


def _latest(changes: Sequence[Change], before: datetime | None) -> list[Change]:
    """The same of what was read whole."""
    return [change for change in reversed(changes) if before is None or change.at < before][: SHOWN + 1]


def _activities(people: list[int], group: str, before: datetime | None, words: FieldWords) -> Iterator[Event]:
    rows = Activity.objects.filter(person__in=people).exclude(kind=NOTED).order_by("-at", "-id")
    if group:
        rows = rows.filter(kind__in=kinds_in(group))
    shown = list(_slice(rows, "at", before))
    others = names_by_id({one.payload["other_id"] for one in shown if "other_id" in one.payload})
    for one in shown:
        kind = kind_of(one.kind)
        text, url = _about(one, others)
        yield Event(
            at=one.at,
            icon=kind.icon,
            title=kind.label,
            text=text,
            url=url,
            source=_source(one),
            actor_id=one.actor_id,
            lines=tuple(_lines(one, words)),
        )


def _lines(activity: Activity, words: FieldWords) -> Iterator[str]:
    """What was told and not taken."""
    for field, value in activity.payload.get("unread", {}).items():
        yield _("%(field)s not read: %(value)s") % {"field": words.label(field), "value": value}
    for channel, wording in activity.payload.get("refused", {}).items():
        told = {"channel": CHANNELS[channel], "wording": wording}
        yield _("%(channel)s not agreed to, since it was refused: %(wording)s") % told


def _about(one: Activity, others: Mapping[int, Named]) -> tuple[str, str]:
    """Whom or what it was with, and the address of its page; somebody who was erased has neither name nor page."""
    if "other_id" not in one.payload:
        return str(one.payload.get("title", "")), str(one.payload.get("url", ""))
    other = others.get(one.payload["other_id"])
    return (other.name, other.url) if other else (_("somebody whose data was erased"), "")


def _notes(people: list[int], before: datetime | None) -> Iterator[Event]:
    """Whoever wrote them: those of a file, or of somebody's first day, have no activity of their own."""
    kind = kind_of(NOTED)
    for one in _slice(Note.objects.filter(person__in=people).order_by("-created_at", "-id"), "created_at", before):
        yield Event(
            at=one.created_at,
            icon=kind.icon,
            title=kind.label,
            text=one.text,
            source=_source(one),
            actor_id=one.actor_id,
            note_id=one.pk,
        )


def _tag_events(rows: Sequence[TagChange]) -> Iterator[Event]:
    names = {tag.pk: tag.name for tag in all_tags()} if rows else {}
    if any(pk not in names for one in rows for pk in (*one.added, *one.removed)):
        names = former_names() | names
    for one in rows:
        for ids, title in ((one.added, _("Tagged")), (one.removed, _("Tag removed"))):
            if ids:
                text = ", ".join(names.get(pk, _("a tag that was deleted")) for pk in ids)
                yield Event(
                    at=one.at, icon="iso-tag", title=title, text=text, source=_source(one), actor_id=one.actor_id
                )


def _change_event(change: PersonChange, words: FieldWords) -> Event:
    lines = tuple(
        _("%(field)s: %(old)s → %(new)s")
        % {"field": words.label(field), "old": words.shown(field, old), "new": words.shown(field, new)}
        for field, (old, new) in islice(change.changes.items(), 20)
    )
    return Event(
        at=change.at,
        icon="iso-history",
        title=_("Data changed"),
        text=change.reason,
        source=_source(change),
        actor_id=change.actor_id,
        lines=lines,
    )


def _consent_event(entry: ConsentEntry) -> Event:
    title = _("Agreed: %(purpose)s, %(channel)s") if entry.granted else _("Refused: %(purpose)s, %(channel)s")
    if entry.source_kind == SourceKind.IMPORT and entry.source_reference.endswith(":undo"):
        title = _("Taken back with its import: %(purpose)s, %(channel)s")
    told = _("Given on %(day)s") if entry.granted else _("Refused on %(day)s")
    return Event(
        at=entry.at,
        icon="iso-badge-check" if entry.granted else "iso-ban",
        title=title
        % {
            "purpose": PURPOSES.get(entry.purpose, entry.purpose),
            "channel": CHANNELS.get(entry.channel, entry.channel),
        },
        text=entry.wording.text,
        source=_source(entry),
        actor_id=entry.actor_id,
        lines=(told % {"day": date_format(entry.given_on, "j F Y")},) if entry.given_on else (),
    )


def _source(row: Any) -> str:
    return str(SourceKind(row.source_kind).label) if row.source_kind in SourceKind.values else row.source_kind


def _named(event: Event, names: Mapping[int, str]) -> Event:
    if event.actor_id is None:
        return event
    values = {field: getattr(event, field) for field in Event.__slots__}
    return Event(**values | {"actor": names.get(event.actor_id, "")})
