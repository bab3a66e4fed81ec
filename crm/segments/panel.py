"""What the builder's page shows about a tree: figures, who is left out, the legal class, a few people and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, count
from operator import and_
from time import perf_counter

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Reach
from crm.people.listing import Filters, page_alike
from crm.people.models import Person
from crm.people.orders import stretches_of
from crm.people.reach import LABELS, LeftOut
from crm.people.searching import people_matching
from crm.segments.builder import Draft, Group, Path, Row, prefix_of
from crm.segments.counting import Figures, condition_counts, counts_for, figures_of, is_small
from crm.segments.enums import GroupKind
from crm.segments.estimating import EMAIL, Sample
from crm.segments.explain import LEVELS, Explanation, explain_tree
from crm.segments.legal import NO_CONSENT, Requirement, legal_class_of, requirements_of, way_to_agreements
from crm.segments.moves import may_nest
from crm.segments.queries import people_matching_tree, unknown_birth_count
from crm.segments.registry import Text, registered_criteria
from crm.segments.tree import Draw, Node
from crm.segments.words import sentence

SAMPLE_SIZE = 10
ANSWERED = 3
LOOKED_AT = 200  # people of that name
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
    milliseconds: int

    @property
    def reachable(self) -> int:
        return self.figures.by_channel["email"]

    @property
    def way_out(self) -> str:
        """Where nobody may be written to for want of an agreement."""
        missing = [] if self.reachable else [reason.reason for reason in self.left_out]
        return way_to_agreements(missing, is_selection=False)


@dataclass(frozen=True, slots=True)
class Online:
    """How many a message on line may reach, once each requirement of the law has left some out."""

    reached: int
    left_out: list[LeftOut]
    way_out: str = ""

    @property
    def reachable(self) -> int:
        return self.reached + sum(reason.count for reason in self.left_out)


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
class Answer:
    """The first of those who were asked about, and how many more of them there are (`is_least`: at least)."""

    shown: Sequence[Asked] = ()
    others: int = 0
    is_least: bool = False
    is_nearly: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    prefix: str
    path: str
    place: str
    row: Row
    count: int | None
    suggestions: list[tuple[str, str]]
    is_excluded: bool
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class GroupView:
    prefix: str
    path: str
    kind: GroupKind
    items: "list[RowView | GroupView]"
    depth: int
    may_nest: bool
    is_group: bool = True

    @property
    def other_kind(self) -> GroupKind:
        """What a group inside this one is for: «and» within «or», «or» within the rest."""
        return GroupKind.ALL if self.kind == GroupKind.ANY else GroupKind.ANY


def panel_of(node: Node | None, *, now: datetime, exact: bool = False, with_births: bool = True) -> Panel:
    started = perf_counter()
    figures = figures_of(node, now=now, exact=exact)
    milliseconds = round((perf_counter() - started) * 1000)
    reasons = [
        LeftOut(reach.name.lower(), label, figures.by_reach[reach])
        for reach, label in LABELS.items()
        if figures.by_reach.get(reach)
    ]
    return Panel(
        sentence=sentence(node),
        figures=figures,
        channels=[_channel_line(channel, figures) for channel in CHANNEL_WORDS],
        left_out=reasons,
        not_reached=sum(reason.count for reason in reasons),
        unknown_births=unknown_birth_count(node, now=now) if with_births else 0,
        milliseconds=max(1, milliseconds),
    )


def online_of(node: Node | None, *, now: datetime) -> Online | None:
    """None where nothing more is asked than for a whole list, or where it may not be used on line at all."""
    requirements = requirements_of(node, now=now)
    if not requirements or not legal_class_of(node).may_target_online:
        return None
    before, *counts = _reached(node, requirements, now=now)
    left_out = []
    for requirement, counted in zip(requirements, counts, strict=True):
        kept = min(before, counted)
        if before > kept:
            left_out.append(LeftOut(requirement.key, requirement.label, before - kept))
        before = kept
    return Online(before, left_out, "" if before else _way_out(node, left_out, now=now))


def _way_out(node: Node | None, left_out: Sequence[LeftOut], *, now: datetime) -> str:
    missing = {reason.reason for reason in left_out}
    without = people_matching_tree(node, now=now).filter(email_reach=Reach.NO_CONSENT)
    if not missing and without.exists():
        missing.add(NO_CONSENT)
    return way_to_agreements(missing, is_selection=True)


def _reached(node: Node | None, requirements: Sequence[Requirement], *, now: datetime) -> Iterator[int]:
    """By e-mail: all of them, then those who fulfil the first requirement, the first two, and so on."""
    if is_small():
        conditions = [Q(pk__gt=0), *accumulate((one.condition for one in requirements), and_)]
        people = people_matching_tree(node, now=now).filter(can_email=True)
        yield from counts_for(people, {f"n{number}": condition for number, condition in enumerate(conditions)}).values()
        return
    asked = {f"law:{one.key}": one.make for one in requirements}
    sample = Sample([node], now=now, more=asked)
    for number in range(len(asked) + 1):
        yield sample.people(node, EMAIL, *list(asked)[:number])


def sample_of(node: Node | None, *, now: datetime) -> list[Sampled]:
    people = _some_people(node, now=now)
    explained = explain_tree(node, people, now=now)
    return [Sampled(person, why.reasons()) for person, why in zip(people, explained, strict=True)]


def _some_people(node: Node | None, *, now: datetime) -> list[Person]:
    """The newest; of many, those of the sample, since to look for the newest may mean to look at nearly everybody."""
    people = people_matching_tree(node, now=now).order_by("-pk")
    if not (is_small() or isinstance(node, Draw)):
        ids = Sample([node], now=now).some(node, most=2 * SAMPLE_SIZE)  # some may have changed since they were asked
        if len(ids) == 2 * SAMPLE_SIZE and len(found := list(people.filter(pk__in=ids)[:SAMPLE_SIZE])) == SAMPLE_SIZE:
            return found
    return list(people[:SAMPLE_SIZE])


def asked_about(text: str, node: Node | None, *, now: datetime) -> Answer:
    """As the list of people finds them; those of the segment first."""
    wanted = text.strip()
    if len(wanted) < 2:
        return Answer()
    found = list(people_matching(wanted).values_list("pk", flat=True)[: LOOKED_AT + 1])
    is_nearly = not found
    if is_nearly and (page := page_alike(Filters(text=wanted), stretches_of("", []), now=now)):
        found = [person.pk for person in page.people]
    looked_at = found[:LOOKED_AT]
    inside = set(people_matching_tree(node, now=now).filter(pk__in=looked_at).values_list("pk", flat=True))
    first = sorted(looked_at, key=lambda pk: pk not in inside)[:ANSWERED]
    known = Person.objects.in_bulk(first)
    people = [known[pk] for pk in first if pk in known]
    explained = explain_tree(node, people, now=now, levels=LEVELS)
    shown = [Asked(person, why) for person, why in zip(people, explained, strict=True)]
    return Answer(shown, len(looked_at) - len(shown), len(found) > LOOKED_AT, is_nearly and bool(shown))


def group_views(draft: Draft, *, now: datetime) -> list[GroupView]:
    conditions = [row.condition for row in draft.rows() if row.condition]
    counts = iter(condition_counts(conditions, now=now))
    places = count(1)
    return [_group_view(group, (number,), counts, places) for number, group in enumerate(draft.groups)]


def choices_of_conditions(draft: Draft) -> list[tuple[str, list[tuple[str, str]]]]:
    """Under their headings, in the order of registration; with those that the draft has and that are offered no more."""
    offered = registered_criteria()
    keys = {criterion.key for criterion in offered}
    used = {row.criterion.key: row.criterion for row in draft.rows() if row.criterion}
    found: dict[str, list[tuple[str, str]]] = {}  # translated once, shown in each row
    for criterion in [*offered, *(criterion for key, criterion in used.items() if key not in keys)]:
        found.setdefault(str(criterion.heading), []).append((criterion.key, str(criterion.label)))
    return list(found.items())


def _group_view(group: Group, path: Path, counts: Iterator[int], places: Iterator[int]) -> GroupView:
    items: list[RowView | GroupView] = []
    for number, item in enumerate(group.items):
        inside = (*path, number)
        if isinstance(item, Group):
            items.append(_group_view(item, inside, counts, places))
        else:
            counted = next(counts) if item.condition else None
            items.append(_row_view(item, inside, next(places), counted, is_excluded=group.kind == GroupKind.NONE))
    return GroupView(prefix_of(path), _dotted(path), group.kind, items, len(path), may_nest(path))


def _row_view(row: Row, path: Path, place: int, counted: int | None, *, is_excluded: bool) -> RowView:
    suggestions = [(f"take:{_dotted(path)}:{number}", text) for number, text in enumerate(row.suggestions)]
    return RowView(prefix_of(path), _dotted(path), str(place), row, counted, suggestions, is_excluded)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _channel_line(channel: str, figures: Figures) -> ChannelLine:
    label, icon = CHANNEL_WORDS[channel]
    reached = figures.by_channel[channel]
    return ChannelLine(label, icon, reached, round(100 * reached / figures.total) if figures.total else 0)
