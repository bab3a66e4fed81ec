from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from crm.people.models import Person
from crm.segments.compiler import condition_of
from crm.segments.counting import Figures, is_small
from crm.segments.estimating import NO_BIRTH, Sample
from crm.segments.legal import LegalClass, legal_class_of
from crm.segments.models import Segment, SegmentChange
from crm.segments.remembering import Remembered, figures_to_list
from crm.segments.tree import (
    All,
    AnyOf,
    Condition,
    CriteriaInvalid,
    Draw,
    Node,
    Not,
    all_conditions_of,
    conditions_of,
    parse,
)
from crm.segments.words import sentence

Criteria = Segment | Mapping[str, Any]


def tree_of(criteria: Criteria) -> Node | None:
    """Raises CriteriaInvalid: a segment that is not understood reaches nobody."""
    return _read(criteria)


def tree_to_mend(criteria: Criteria) -> Node | None:
    """With the conditions on what was deleted. Raises CriteriaInvalid where it is not understood otherwise."""
    return _read(criteria, with_gone=True)


def _read(criteria: Criteria, *, with_gone: bool = False) -> Node | None:
    return parse(criteria.criteria if isinstance(criteria, Segment) else dict(criteria), with_gone=with_gone)


def sound_tree_of(criteria: Criteria) -> Node | None:
    """The same, where the segments that it counts on are understood, too."""
    node = tree_of(criteria)
    list(all_conditions_of(node))  # reads each of those segments
    return node


def people_in(criteria: Criteria, *, now: datetime | None = None) -> QuerySet[Person]:
    """The people of a segment, never an erased one. One query, whatever the tree."""
    return people_matching_tree(tree_of(criteria), now=now or timezone.now())


def people_matching_tree(node: Node | None, *, now: datetime) -> QuerySet[Person]:
    return Person.objects.filter(condition_of(node, now=now), erased_at__isnull=True)


def segment_count(criteria: Criteria, *, now: datetime | None = None) -> int:
    return people_in(criteria, now=now).count()


def sentence_of(criteria: Criteria) -> str:
    """What was deleted since is called so."""
    return sentence(tree_to_mend(criteria))


def legal_class(criteria: Criteria) -> LegalClass:
    return legal_class_of(tree_of(criteria))


def unknown_birth_count(node: Node | None, *, now: datetime) -> int:
    """People who are not in, and would be asked their age, had they told their birth: they fit all the rest. Of many, about."""
    if not any(condition.criterion.key == "age.between" for condition in conditions_of(node)):
        return 0
    fitting = node.node if isinstance(node, Draw) else node  # who is not drawn fits, too
    if fitting is None:
        return 0
    wider, outside = _with_unknown_age(fitting), Not(fitting)
    missed = All((wider, outside)) if wider else outside
    if is_small():
        return people_matching_tree(missed, now=now).filter(birth_date__isnull=True).count()
    return Sample([missed], now=now).people(missed, NO_BIRTH)


def _with_unknown_age(node: Node | None) -> Node | None:
    """The tree as if every age asked for were right. A negated one is left as it is: it holds for unknown births."""
    match node:
        case All(nodes) | AnyOf(nodes):
            kept = tuple(child for child in map(_with_unknown_age, nodes) if child is not None)
            if isinstance(node, AnyOf) and len(kept) < len(nodes):
                return None
            return type(node)(kept) if kept else None
        case Condition(criterion, _value) if criterion.key == "age.between":
            return None
        case _:
            return node


def segments_by_name(*, archived: bool = False) -> QuerySet[Segment]:
    found = Segment.objects.filter(archived_at__isnull=not archived)
    return found.select_related("changed_by").order_by("name")


def archived_count() -> int:
    return Segment.objects.exclude(archived_at=None).count()


def changes_of(segment: Segment) -> QuerySet[SegmentChange]:
    return SegmentChange.objects.filter(segment=segment).select_related("by")


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One line of the list. No figures when its tree is not understood any more."""

    segment: Segment
    sentence: str
    figures: Figures | None
    problem: str = ""
    # Where this page had no time to count: how many there were on a night before.
    last: int | None = None
    day: date | None = None


def segment_lines(*, now: datetime, archived: bool = False) -> list[SegmentLine]:
    """Figures up to five minutes old where people are many."""
    segments = list(segments_by_name(archived=archived))
    trees, problems = {}, {}
    for segment in segments:
        try:
            trees[segment.pk] = sound_tree_of(segment)
        except CriteriaInvalid as error:
            problems[segment.pk] = SegmentLine(segment, "", None, error.problems[0].message)
    wanted = [(segment, trees[segment.pk]) for segment in segments if segment.pk in trees]
    found = figures_to_list(wanted, now=now)
    lines = problems | {segment.pk: _segment_line(segment, node, found[segment.pk]) for segment, node in wanted}
    return [lines[segment.pk] for segment in segments]


def _segment_line(segment: Segment, node: Node | None, found: Remembered) -> SegmentLine:
    return SegmentLine(segment, sentence(node), found.figures, last=found.last, day=found.day)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """`before` is empty where the conditions stayed the same."""

    change: SegmentChange
    sentence: str
    before: str = ""


def changes_in_words(segment: Segment) -> list[ChangeLine]:
    changes = list(changes_of(segment))
    lines = []
    for change, older in zip(changes, [*changes[1:], None], strict=True):
        was = older.criteria if older and older.criteria != change.criteria else None
        lines.append(
            ChangeLine(change, _words_or_nothing(change.criteria), "" if was is None else _words_or_nothing(was))
        )
    return lines


def _words_or_nothing(criteria: Mapping[str, Any]) -> str:
    try:
        return sentence_of(criteria)
    except CriteriaInvalid:
        return ""
