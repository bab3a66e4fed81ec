"""A segment's tree: its JSON is read strictly here, and nowhere else.

{}                                                  everyone
{"all": [node, ...]}  {"any": [node, ...]}          groups
{"not": node}
{"draw": {"people": 500, "salt": 7, "of": node}}    so many of them, drawn by lot: at the top only; without "of", of everyone
{"tags": {"any": [3, 7]}}                           a condition: {"<name>": {"<operator>": value}}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.segments.registry import Criterion, CriterionInvalid, criteria_of

MAX_DEPTH = 8  # groups inside one another
MAX_CONDITIONS = 60
MOST_DRAWN = 10_000_000
SALTS = 2**31 - 1

EVERYONE: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Condition:
    criterion: Criterion
    value: Any


@dataclass(frozen=True, slots=True)
class All:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    node: "Node"


@dataclass(frozen=True, slots=True)
class Draw:
    """So many of these people, always the same ones as long as they are there."""

    people: int
    salt: int
    node: "Node | None"


Node = Condition | All | AnyOf | Not | Draw


@dataclass(frozen=True, slots=True)
class Problem:
    path: str
    message: str


class CriteriaInvalid(Exception):
    """The tree cannot be used; `problems` says what is wrong and where, all of it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)


class _Reader:
    def __init__(self, *, with_gone: bool) -> None:
        self.with_gone = with_gone
        self.problems: list[Problem] = []
        self.conditions = 0

    def read(self, value: object, path: str, depth: int) -> Node | None:
        if depth > MAX_DEPTH:
            return self._refuse(path, _("Groups are nested too deeply."))
        if not isinstance(value, dict) or len(value) != 1:
            return self._refuse(path, _("A group or a condition is expected here, with one key only."))
        [(key, content)] = value.items()
        if key in ("all", "any"):
            return self._read_group(str(key), content, f"{path}.{key}", depth)
        if key == "not":
            is_group = isinstance(content, dict) and set(content) == {"any"}  # «none of these» is one group
            node = self.read(content, f"{path}.not", depth if is_group else depth + 1)
            return Not(node) if node else None
        if key == "draw" and depth == 0:
            return self._read_draw(content, f"{path}.draw")
        return self._read_condition(str(key), content, f"{path}.{key}")

    def _read_group(self, key: str, content: object, path: str, depth: int) -> Node | None:
        if not isinstance(content, list) or not content:
            return self._refuse(path, _("This group has no condition."))
        nodes = [self.read(item, f"{path}[{number}]", depth + 1) for number, item in enumerate(content)]
        read = tuple(node for node in nodes if node)
        return (All(read) if key == "all" else AnyOf(read)) if read else None

    def _read_draw(self, content: object, path: str) -> Node | None:
        if not isinstance(content, dict) or not {"people", "salt"} <= set(content) <= {"people", "salt", "of"}:
            return self._refuse(path, _("A number of people and a drawing are expected."))
        people, salt = content["people"], content["salt"]
        if type(people) is not int or type(salt) is not int or not (0 < people <= MOST_DRAWN and 0 < salt <= SALTS):
            return self._refuse(path, _("A number of people and a drawing are expected."))
        if "of" not in content:
            return Draw(people, salt, None)
        node = self.read(content["of"], f"{path}.of", 1)
        return Draw(people, salt, node) if node else None

    def _read_condition(self, name: str, content: object, path: str) -> Node | None:
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            return self._refuse(path, _("There are too many conditions."))
        known = criteria_of(name)
        if not known:
            return self._refuse(path, _("“%(name)s” is not a known condition.") % {"name": name})
        if not isinstance(content, dict) or len(content) != 1:
            return self._refuse(path, _("One of these is expected: %(known)s.") % {"known": ", ".join(known)})
        [(operator, value)] = content.items()
        criterion = known.get(str(operator))
        if criterion is None:
            return self._refuse(path, _("One of these is expected: %(known)s.") % {"known": ", ".join(known)})
        try:
            condition = Condition(criterion, criterion.check(value))
        except CriterionInvalid as error:
            return self._refuse(f"{path}.{operator}", str(error.message))
        if not self.with_gone and criterion.is_gone(condition.value):
            return self._refuse(f"{path}.{operator}", _("What this condition counts on was deleted."))
        return condition

    def _refuse(self, path: str, message: str) -> "Node | None":
        self.problems.append(Problem(path.removeprefix("$."), message))
        return None


def parse(criteria: object, *, with_gone: bool = False) -> Node | None:
    """The tree, None for everyone; raises CriteriaInvalid with every problem.

    To say or mend it, not to find people: with the conditions on what was deleted since.
    """
    if criteria == EVERYONE:
        return None
    reader = _Reader(with_gone=with_gone)
    node = reader.read(criteria, "$", 0)
    if reader.problems:
        raise CriteriaInvalid(reader.problems)
    return node


def to_json(node: Node | None) -> dict[str, Any]:
    match node:
        case None:
            return {}
        case All(nodes):
            return {"all": [to_json(child) for child in nodes]}
        case AnyOf(nodes):
            return {"any": [to_json(child) for child in nodes]}
        case Not(child):
            return {"not": to_json(child)}
        case Draw(people, salt, child):
            drawn = {"people": people, "salt": salt}
            return {"draw": drawn if child is None else {**drawn, "of": to_json(child)}}
        case Condition(criterion, value):
            return {criterion.name: {criterion.operator: value}}


def depth_of(node: Node | None) -> int:
    """How many groups are inside one another, counted as they are where a tree is read."""
    match node:
        case All(nodes) | AnyOf(nodes):
            return 1 + max(map(depth_of, nodes), default=0)
        case Not(AnyOf() as group):
            return depth_of(group)
        case Not(child) | Draw(node=child):
            return 1 + depth_of(child)
        case _:
            return 0


def all_conditions_of(node: Node | None) -> Iterator[Condition]:
    """With those of the segments that it counts on."""
    for condition in conditions_of(node):
        yield condition
        for inner in condition.criterion.inner(condition.value):
            yield from all_conditions_of(inner)


def conditions_of(node: Node | None) -> Iterator[Condition]:
    match node:
        case All(nodes) | AnyOf(nodes):
            for child in nodes:
                yield from conditions_of(child)
        case Not(child) | Draw(node=child):
            yield from conditions_of(child)
        case Condition():
            yield node
        case None:
            return
