"""Why is she in this segment? Why not? Each condition, true or false, for one person or for the few on a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.people.models import Person
from crm.segments.compiler import met_by
from crm.segments.enums import GroupKind
from crm.segments.queries import Criteria, tree_of
from crm.segments.tree import All, AnyOf, Condition, Draw, Node, Not, conditions_of
from crm.segments.words import condition_text, draw_text

LEVELS = 3  # of segments in one another: further down, a segment is said to be one
Inner = Sequence[tuple[str, Node | None]]
Asked = tuple[Condition | Draw, Inner]


@dataclass(frozen=True, slots=True)
class Line:
    """One condition or group. `is_met` is about the condition itself, `is_wanted` whether that helps to be in.

    `evidence` is what about the person makes it met, or what is known of her where it is not. The lines of a condition are
    those of the segments that it asks about.
    """

    text: str
    is_met: bool
    is_wanted: bool = True
    group: GroupKind | None = None
    lines: tuple["Line", ...] = ()
    evidence: str = ""

    @property
    def is_right(self) -> bool:
        return self.is_met == self.is_wanted


@dataclass(frozen=True, slots=True)
class Explanation:
    is_in: bool
    lines: tuple[Line, ...]

    def reasons(self) -> list[str]:
        """The conditions that let her in, flat: one short text each."""
        return list(_met_texts(self.lines))

    def obstacles(self) -> list[Line]:
        return [line for line in self.lines if not line.is_right]


def explain(criteria: Criteria, person: Person, *, now: datetime) -> Explanation:
    return explain_tree(tree_of(criteria), [person], now=now, levels=LEVELS)[0]


def explain_tree(node: Node | None, people: Sequence[Person], *, now: datetime, levels: int = 0) -> list[Explanation]:
    """In the order of the people. Each condition is asked once for all of them, and all conditions at once.

    With those of the segments that it counts on, as many levels down.
    """
    asked = list(_asked(node, levels))
    facts = _facts(asked, people, now=now)
    known = {id(one): fact for (one, _inner), fact in zip(asked, facts, strict=True)}
    return [_explanation(node, person, known) for person in people]


@dataclass(frozen=True, slots=True)
class _Fact:
    """One condition: its text, who fulfils it, what is known of each in the matter, and the segments that it asks about."""

    text: str
    met: set[int]
    evidence: Mapping[int, str]
    inner: Inner = ()


def _facts(asked: Sequence[Asked], people: Sequence[Person], *, now: datetime) -> Iterator[_Fact]:
    answers = met_by([node for node, _inner in asked], people, now=now)
    for (node, inner), met in zip(asked, answers, strict=True):
        if isinstance(node, Draw):
            yield _Fact(draw_text(node), met, {})
        else:
            those = [person for person in people if person.pk in met]
            evidence = node.criterion.evidences(node.value, those, now=now) if those else {}
            known = {
                person.pk: node.criterion.known_of(node.value, person, now=now)
                for person in people
                if person.pk not in met
            }
            yield _Fact(condition_text(node), met, {**evidence, **known}, inner)


def _asked(node: Node | None, levels: int) -> Iterator[Asked]:
    if isinstance(node, Draw):
        yield node, ()
    for condition in conditions_of(node):
        inner = condition.criterion.named_inner(condition.value) if levels else ()
        yield condition, inner
        for _name, tree in inner:
            yield from _asked(tree, levels - 1)


def _explanation(node: Node | None, person: Person, known: Mapping[int, _Fact]) -> Explanation:
    lines = tuple(_line(child, person, known) for child in _top_nodes(node))
    return Explanation(is_in=person.erased_at is None and all(line.is_right for line in lines), lines=lines)


def _top_nodes(node: Node | None) -> tuple[Node, ...]:
    match node:
        case None:
            return ()
        case All(nodes):
            return nodes
        case Draw(node=child):
            return (*_top_nodes(child), node)
        case _:
            return (node,)


def _line(node: Node, person: Person, known: Mapping[int, _Fact], *, is_wanted: bool = True) -> Line:
    """Whether a group is met follows from its lines."""
    match node:
        case Condition() | Draw():
            fact = known[id(node)]
            is_met, evidence = person.pk in fact.met, fact.evidence.get(person.pk, "")
            is_outside = isinstance(node, Condition) and node.criterion.is_outside
            lines = _inner_lines(fact.inner, person, known, is_wanted=is_wanted != is_outside)
            return Line(fact.text, is_met, is_wanted, lines=lines, evidence=evidence)
        case Not(AnyOf(nodes)):
            lines = tuple(_line(child, person, known, is_wanted=not is_wanted) for child in nodes)
            return Line("", not any(line.is_met for line in lines), is_wanted, GroupKind.NONE, lines)
        case Not(child):
            line = _line(child, person, known, is_wanted=not is_wanted)
            return Line("", not line.is_met, is_wanted, GroupKind.NONE, (line,))
        case All(nodes) | AnyOf(nodes):
            lines = tuple(_line(child, person, known, is_wanted=is_wanted) for child in nodes)
            met = [line.is_met for line in lines]
            if isinstance(node, All):
                return Line("", all(met), is_wanted, GroupKind.ALL, lines)
            return Line("", any(met), is_wanted, GroupKind.ANY, lines)


def _inner_lines(inner: Inner, person: Person, known: Mapping[int, _Fact], *, is_wanted: bool) -> tuple[Line, ...]:
    """What the segment asks; of several, each by its name with what it asks."""
    found = [
        (name, tuple(_line(child, person, known, is_wanted=is_wanted) for child in _top_nodes(tree)))
        for name, tree in inner
    ]
    if len(found) == 1:
        return found[0][1]
    return tuple(Line(name, all(line.is_met for line in lines), is_wanted, lines=lines) for name, lines in found)


def _met_texts(lines: tuple[Line, ...]) -> list[str]:
    texts = []
    for line in lines:
        if line.group:
            texts += _met_texts(line.lines)
        elif line.is_met and line.is_wanted:
            texts.append(line.evidence or line.text)
    return list(dict.fromkeys(texts))
