"""What the builder's page shows about a tree: figures, who is left out, the legal class, a few people and why."""

from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Channel
from crm.people.models import Person
from crm.people.queries import people_matching
from crm.people.reach import LeftOut, left_out
from crm.segments.builder import Draft, Row
from crm.segments.enums import GroupKind
from crm.segments.explain import Explanation, explain_tree
from crm.segments.legal import LegalClass, legal_class_of
from crm.segments.queries import Figures, condition_counts, figures_of, people_matching_tree, unknown_birth_count
from crm.segments.registry import Text, registered_criteria
from crm.segments.tree import Node
from crm.segments.words import sentence

SAMPLE_SIZE = 10
CHANNEL_WORDS: dict[str, tuple[Text, str]] = {
    "email": (_("E-mail"), "iso-mail"),
    "sms": (_("SMS"), "iso-message-square"),
    "phone": (_("Phone"), "iso-phone"),
    "post": (_("Post"), "iso-map-pin"),
}


@dataclass(frozen=True, slots=True)
class ChannelLine:
    label: Text
    icon: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Panel:
    sentence: str
    figures: Figures
    channels: list[ChannelLine]
    left_out: list[LeftOut]
    not_reached: int
    unknown_births: int
    legal: LegalClass
    milliseconds: int

    @property
    def reachable(self) -> int:
        return self.figures.by_channel["email"]


@dataclass(frozen=True, slots=True)
class Sampled:
    person: Person
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody looked up by name, and why she is in the segment or not."""

    person: Person
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class RowView:
    prefix: str
    number: int
    place: str
    row: Row
    count: int | None
    suggestions: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class GroupView:
    number: int
    kind: GroupKind
    rows: list[RowView]


def panel_of(node: Node | None, *, now: datetime) -> Panel:
    started = perf_counter()
    figures = figures_of(node, now=now)
    milliseconds = round((perf_counter() - started) * 1000)
    reasons = left_out(people_matching_tree(node, now=now), Channel.EMAIL)
    return Panel(
        sentence=sentence(node),
        figures=figures,
        channels=[_channel_line(channel, figures) for channel in CHANNEL_WORDS],
        left_out=[reason for reason in reasons if reason.count],
        not_reached=sum(reason.count for reason in reasons),
        unknown_births=unknown_birth_count(node, now=now),
        legal=legal_class_of(node),
        milliseconds=max(1, milliseconds),
    )


def sample_of(node: Node | None, *, now: datetime) -> list[Sampled]:
    people = people_matching_tree(node, now=now).order_by("-pk")[:SAMPLE_SIZE]
    return [Sampled(person, explain_tree(node, person, now=now).reasons()) for person in people]


def asked_about(text: str, node: Node | None, *, now: datetime) -> list[Asked]:
    if len(text.strip()) < 2:
        return []
    return [Asked(person, explain_tree(node, person, now=now)) for person in people_matching(text.strip())[:3]]


def group_views(draft: Draft, *, now: datetime) -> list[GroupView]:
    conditions = [row.condition for row in draft.rows() if row.condition]
    counts = iter(condition_counts(conditions, now=now))
    views, place = [], 0
    for number, group in enumerate(draft.groups):
        rows = []
        for position, row in enumerate(group.rows):
            place += 1
            rows.append(_row_view(row, number, position, place, next(counts) if row.condition else None))
        views.append(GroupView(number, group.kind, rows))
    return views


def choices_of_conditions() -> list[tuple[str, Text]]:
    return [(criterion.key, criterion.label) for criterion in registered_criteria()]


def _row_view(row: Row, group: int, number: int, place: int, count: int | None) -> RowView:
    suggestions = [(f"take:{group}:{number}:{position}", text) for position, text in enumerate(row.suggestions)]
    return RowView(f"g{group}-r{number}", number, str(place), row, count, suggestions)


def _channel_line(channel: str, figures: Figures) -> ChannelLine:
    label, icon = CHANNEL_WORDS[channel]
    count = figures.by_channel[channel]
    return ChannelLine(label, icon, count, round(100 * count / figures.total) if figures.total else 0)
