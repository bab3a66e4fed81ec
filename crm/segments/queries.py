from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from crm.people.models import Person
from crm.segments.compiler import condition_of
from crm.segments.legal import LegalClass, legal_class_of
from crm.segments.models import Segment, SegmentChange
from crm.segments.tree import All, AnyOf, Condition, CriteriaInvalid, Node, conditions_of, parse
from crm.segments.words import sentence

Criteria = Segment | Mapping[str, Any]

REACH_COLUMNS = {"email": "can_email", "sms": "can_sms", "phone": "can_call", "post": "can_post"}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many people there are, and how many of them each channel may reach."""

    total: int
    by_channel: dict[str, int]


def tree_of(criteria: Criteria) -> Node | None:
    """Raises CriteriaInvalid: a segment that is not understood reaches nobody."""
    return parse(criteria.criteria if isinstance(criteria, Segment) else dict(criteria))


def people_in(criteria: Criteria, *, now: datetime | None = None) -> QuerySet[Person]:
    """The people of a segment, never an erased one. One query, whatever the tree."""
    return people_matching_tree(tree_of(criteria), now=now or timezone.now())


def people_matching_tree(node: Node | None, *, now: datetime) -> QuerySet[Person]:
    return Person.objects.filter(condition_of(node, now=now), erased_at__isnull=True)


def segment_count(criteria: Criteria, *, now: datetime | None = None) -> int:
    return people_in(criteria, now=now).count()


def sentence_of(criteria: Criteria) -> str:
    return sentence(tree_of(criteria))


def legal_class(criteria: Criteria) -> LegalClass:
    return legal_class_of(tree_of(criteria))


def figures_of(node: Node | None, *, now: datetime) -> Figures:
    counted = people_matching_tree(node, now=now).aggregate(
        total=Count("pk"),
        **{channel: Count("pk", filter=Q(**{column: True})) for channel, column in REACH_COLUMNS.items()},
    )
    return Figures(total=counted.pop("total"), by_channel=counted)


def condition_counts(conditions: Sequence[Condition], *, now: datetime) -> list[int]:
    """How many people each condition holds for alone, all of them in one pass."""
    if not conditions:
        return []
    counts = {
        f"n{number}": Count("pk", filter=condition.criterion.condition(condition.value, now=now))
        for number, condition in enumerate(conditions)
    }
    counted = Person.objects.filter(erased_at__isnull=True).aggregate(**counts)
    return [counted[key] for key in counts]


def unknown_birth_count(node: Node | None, *, now: datetime) -> int:
    """People who would be asked their age, had they told their birth: they fit all the rest."""
    if not any(condition.criterion.key == "age.between" for condition in conditions_of(node)):
        return 0
    return people_matching_tree(_with_unknown_age(node), now=now).filter(birth_date__isnull=True).count()


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


def segments_by_name() -> QuerySet[Segment]:
    return Segment.objects.select_related("changed_by").order_by("name")


def changes_of(segment: Segment) -> QuerySet[SegmentChange]:
    return SegmentChange.objects.filter(segment=segment).select_related("by")


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One line of the list. No figures when its tree is not understood any more."""

    segment: Segment
    sentence: str
    figures: Figures | None
    problem: str = ""


def segment_lines(*, now: datetime) -> list[SegmentLine]:
    return [_segment_line(segment, now=now) for segment in segments_by_name()]


def _segment_line(segment: Segment, *, now: datetime) -> SegmentLine:
    try:
        node = tree_of(segment)
    except CriteriaInvalid as error:
        return SegmentLine(segment, "", None, error.problems[0].message)
    return SegmentLine(segment, sentence(node), figures_of(node, now=now))


@dataclass(frozen=True, slots=True)
class ChangeLine:
    change: SegmentChange
    sentence: str


def changes_in_words(segment: Segment) -> list[ChangeLine]:
    return [ChangeLine(change, _words_or_nothing(change.criteria)) for change in changes_of(segment)]


def _words_or_nothing(criteria: Mapping[str, Any]) -> str:
    try:
        return sentence_of(criteria)
    except CriteriaInvalid:
        return ""
