"""The criteria that a segment may use. The app that owns the data registers them, in its AppConfig.ready()."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crm.people.models import Person
    from crm.segments.tree import Node

Text = str | Promise


class CriterionInvalid(Exception):
    """The value of one condition cannot be used; `suggestions` are values that would do."""

    def __init__(self, message: Text, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.suggestions = tuple(suggestions)


@dataclass(frozen=True, slots=True)
class RawValue:
    """What somebody typed in a row of the builder, before it is understood."""

    text: str = ""
    low: str = ""
    high: str = ""
    picked: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    def part(self, name: str) -> str:
        return self.parts.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Part:
    """One small control beside the main one: a choice, a number, a date or a word. `only` names the choice it belongs to."""

    name: str
    kind: str
    label: Text
    options: Callable[[], list[tuple[str, Text]]] = field(default=list)
    unit: Text = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """Which control the builder shows: list (names with commas), text, lines, range, pick (ticks), date, days, area or none."""

    kind: str
    placeholder: Text = ""
    unit: Text = ""
    options: Callable[[], list[tuple[str, Text]]] = field(default=list)
    parts: tuple[Part, ...] = ()
    # Is the condition complete with nothing typed in it?
    may_be_blank: bool = False


class Criterion(ABC):
    """One kind of condition: `{"<name>": {"<operator>": value}}` in a segment's tree."""

    name: str
    operator: ClassVar[str]
    label: Text
    field: Field
    # Political opinions and the like: never a reason to target somebody on line.
    is_opinion: bool = False
    # Online, a selection may rest only on what the person told herself: false for what the campaign saw her do.
    needs_own_data: ClassVar[bool] = True
    # Does it hold for whoever is in none of its inner trees, rather than in one of them?
    is_outside: ClassVar[bool] = False
    # The builder's list is long: conditions stand under a heading.
    heading: Text = _("The person")

    @property
    def key(self) -> str:
        return f"{self.name}.{self.operator}"

    @abstractmethod
    def check(self, value: object) -> Any:
        """The value in its one canonical JSON form, or CriterionInvalid."""

    def is_gone(self, value: Any) -> bool:
        """Does it count on something that was deleted? Then the tree reaches nobody, and is not saved."""
        return False

    @abstractmethod
    def condition(self, value: Any, *, now: datetime) -> Q:
        """True or false for each person, never unknown: NULL columns must be named in it."""

    @abstractmethod
    def value_text(self, value: Any) -> str:
        """The value in words, shown beside the label."""

    @abstractmethod
    def clause(self, value: Any) -> str:
        """What follows «People who …» in the segment's sentence."""

    def evidence(self, value: Any, person: "Person", *, now: datetime) -> str:
        """What about this person makes the condition hold, in a few words; empty: the condition says it all."""
        return ""

    def evidences(self, value: Any, people: "Sequence[Person]", *, now: datetime) -> Mapping[int, str]:
        """The same for several people, by their ids: what the database must be asked is asked once for all of them."""
        return {person.pk: self.evidence(value, person, now=now) for person in people}

    def known_of(self, value: Any, person: "Person", *, now: datetime) -> str:
        """Where the condition does not hold: what is known of the matter, or that nothing is; empty: nothing to add."""
        return ""

    @abstractmethod
    def read(self, raw: RawValue) -> Any:
        """The canonical value for what was typed, or CriterionInvalid."""

    @abstractmethod
    def write(self, value: Any) -> RawValue:
        """What the builder shows for a stored value."""

    def options(self, raw: RawValue) -> list[tuple[str, Text]]:
        """What is offered to tick, for fields of kind pick: with whatever is ticked already, or it could not be kept.

        Without a key, it is the heading of those that follow.
        """
        return self.field.options()

    def suggestions(self, text: str) -> list[str]:
        """Entries that begin like the text, for fields of kind list."""
        return []

    def selects(self, value: Any) -> bool:
        """Does it choose among those to whom a message may go (regulation (EU) 2024/900, art. 18)?

        A whole list rests on the subscription alone, nobody being chosen further. Messages go by e-mail with the
        campaign's news: only a condition that leaves out none of those subscribers chooses nobody.
        """
        return True

    def rests_on_opinion(self, value: Any) -> bool:
        """`is_opinion`, where it depends on the value: a list may have been made by one."""
        return self.is_opinion

    def rests_on_own_data(self, value: Any) -> bool:
        return self.needs_own_data

    def inner(self, value: Any) -> "Sequence[Node]":
        """The trees that this condition stands for: those of other segments."""
        return ()

    def named_inner(self, value: Any) -> "Sequence[tuple[str, Node | None]]":
        """The same by the segments' names, with those that are everyone."""
        return ()


_criteria: dict[str, Criterion] = {}


def register(criterion: Criterion) -> None:
    _criteria[criterion.key] = criterion


@dataclass(frozen=True, slots=True)
class Source:
    """Criteria that a campaign makes itself: those to choose from, and those of one name, whether offered still or not."""

    offered: Callable[[], list[Criterion]]
    named: Callable[[str], list[Criterion]]


_sources: list[Source] = []


def register_source(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def criteria_of(name: str) -> dict[str, Criterion]:
    """By operator."""
    known = [criterion for criterion in _criteria.values() if criterion.name == name]
    for source in _sources if not known else ():
        known += source.named(name)
    return {criterion.operator: criterion for criterion in known}


def find_by_key(key: str) -> Criterion | None:
    name, _dot, operator = key.partition(".")
    return _criteria.get(key) or criteria_of(name).get(operator)


def registered_criteria() -> list[Criterion]:
    return [*_criteria.values(), *(criterion for source in _sources for criterion in source.offered())]
