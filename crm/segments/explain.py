"""Why is she in this segment? Why not? Each condition, true or false for one person."""

from dataclasses import dataclass
from datetime import datetime

from crm.people.models import Person
from crm.segments.compiler import holds
from crm.segments.enums import GroupKind
from crm.segments.queries import Criteria, tree_of
from crm.segments.tree import All, AnyOf, Condition, Draw, Node, Not
from crm.segments.words import condition_text, draw_text


@dataclass(frozen=True, slots=True)
class Line:
    """One condition or group. `is_met` is about the condition itself, `is_wanted` whether that helps to be in."""

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
    return explain_tree(tree_of(criteria), person, now=now)


def explain_tree(node: Node | None, person: Person, *, now: datetime) -> Explanation:
    nodes = _top_nodes(node)
    lines = tuple(_line(child, person, now=now) for child in nodes)
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


def _line(node: Node, person: Person, *, now: datetime, is_wanted: bool = True) -> Line:
    """Each condition is asked once: whether a group is met follows from its lines."""
    match node:
        case Condition(criterion, value):
            is_met = holds(node, person, now=now)
            evidence = criterion.evidence(value, person, now=now) if is_met else ""
            return Line(condition_text(node), is_met, is_wanted, evidence=evidence)
        case Draw():
            return Line(draw_text(node), holds(node, person, now=now), is_wanted)
        case Not(AnyOf(nodes)):
            lines = tuple(_line(child, person, now=now, is_wanted=not is_wanted) for child in nodes)
            return Line("", not any(line.is_met for line in lines), is_wanted, GroupKind.NONE, lines)
        case Not(child):
            line = _line(child, person, now=now, is_wanted=not is_wanted)
            return Line("", not line.is_met, is_wanted, GroupKind.NONE, (line,))
        case All(nodes) | AnyOf(nodes):
            lines = tuple(_line(child, person, now=now, is_wanted=is_wanted) for child in nodes)
            met = [line.is_met for line in lines]
            if isinstance(node, All):
                return Line("", all(met), is_wanted, GroupKind.ALL, lines)
            return Line("", any(met), is_wanted, GroupKind.ANY, lines)


def _met_texts(lines: tuple[Line, ...]) -> list[str]:
    texts = []
    for line in lines:
        if line.lines:
            texts += _met_texts(line.lines)
        elif line.is_met and line.is_wanted:
            texts.append(line.evidence or line.text)
    return list(dict.fromkeys(texts))
