"""The builder's page as data: groups of rows, from what was typed or from a stored tree, and back to a tree.

The page holds its whole state in its fields, so that it works without JavaScript: every button posts it all again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.segments.enums import GroupKind
from crm.segments.registry import Criterion, CriterionInvalid, RawValue, registered_criteria
from crm.segments.tree import All, AnyOf, Condition, Node, Not

MAX_GROUPS = 12
MAX_ROWS = 20
FIRST_CHOICE = "tags.any"
NOTHING_TYPED = RawValue()


class TooElaborate(Exception):
    """A tree that the builder cannot show in groups of rows: it was made by other means, and is left as it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the builder. Set aside as long as it is blank or in error."""

    criterion: Criterion | None
    raw: RawValue = NOTHING_TYPED
    condition: Condition | None = None
    error: str = ""
    suggestions: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return self.condition is None and not self.error


@dataclass(frozen=True, slots=True)
class Group:
    kind: GroupKind
    rows: tuple[Row, ...]

    def node(self) -> Node | None:
        conditions = tuple(row.condition for row in self.rows if row.condition)
        if not conditions:
            return None
        return All(conditions) if self.kind == GroupKind.ALL else self._either(conditions)

    def _either(self, conditions: tuple[Condition, ...]) -> Node:
        return Not(AnyOf(conditions)) if self.kind == GroupKind.NONE else AnyOf(conditions)


@dataclass(frozen=True, slots=True)
class Draft:
    groups: tuple[Group, ...] = field(default_factory=tuple)

    def node(self) -> Node | None:
        nodes = [node for group in self.groups if (node := group.node())]
        if len(nodes) < 2:
            return nodes[0] if nodes else None
        return All(tuple(nodes))

    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    def errors(self) -> list[str]:
        return [row.error for row in self.rows() if row.error]

    def with_blanks_refused(self) -> "Draft":
        """For saving: a row that was left empty is pointed at instead of being forgotten."""
        return Draft(tuple(replace(group, rows=tuple(map(_refuse_blank, group.rows))) for group in self.groups))

    def apply(self, action: str) -> "Draft":
        """One of the page's buttons: add-group:<kind>, remove-group:<n>, add-row:<n>, remove-row:<n>:<m>."""
        verb, *arguments = action.split(":")
        try:
            match verb, arguments:
                case "add-group", [kind] if len(self.groups) < MAX_GROUPS:
                    return Draft((*self.groups, Group(GroupKind(kind), (blank_row(),))))
                case "remove-group", [group]:
                    return Draft(_without(self.groups, int(group)))
                case "add-row", [group]:
                    return self._with_rows(int(group), lambda rows: (*rows, blank_row())[:MAX_ROWS])
                case "remove-row", [group, row]:
                    return self._with_rows(int(group), lambda rows: _without(rows, int(row)))
                case "take", [group, row, suggestion]:
                    return self._with_rows(int(group), lambda rows: _with_suggestion(rows, int(row), int(suggestion)))
                case _:
                    return self
        except (ValueError, IndexError):
            return self

    def _with_rows(self, number: int, change: Any) -> "Draft":
        group = self.groups[number]
        changed = replace(group, rows=change(group.rows))
        groups = (*self.groups[:number], changed, *self.groups[number + 1 :])
        return Draft(tuple(group for group in groups if group.rows))


def blank_row() -> Row:
    return read_row(FIRST_CHOICE, NOTHING_TYPED)


def empty_draft() -> Draft:
    return Draft((Group(GroupKind.ALL, (blank_row(),)),))


def read_draft(data: QueryDict) -> Draft:
    groups = []
    for number in range(_small(data.get("groups", "0"), MAX_GROUPS)):
        rows = tuple(
            _read_posted(data, f"g{number}-r{row}") for row in range(_small(data.get(f"g{number}-rows", "0"), MAX_ROWS))
        )
        kind = data.get(f"g{number}-kind", "")
        if rows:
            groups.append(Group(GroupKind(kind) if kind in GroupKind.values else GroupKind.ALL, rows))
    return Draft(tuple(groups))


def draft_of(node: Node | None) -> Draft:
    """Raises TooElaborate."""
    if node is None:
        return Draft()
    parts = node.nodes if isinstance(node, All) and not _are_conditions(node.nodes) else (node,)
    return Draft(tuple(_group_of(part) for part in parts))


def read_row(key: str, raw: RawValue) -> Row:
    criterion = _by_key().get(key)
    if criterion is None:
        return Row(None, raw, error=_("Choose a condition.") if key else "")
    if _is_empty(raw) and criterion.field.kind != "none":
        return Row(criterion, raw)
    try:
        return Row(criterion, raw, Condition(criterion, criterion.read(raw)))
    except CriterionInvalid as error:
        return Row(criterion, raw, error=str(error.message), suggestions=error.suggestions)


def _group_of(node: Node) -> Group:
    match node:
        case Condition():
            return Group(GroupKind.ALL, (_row_of(node),))
        case All(nodes):
            return Group(GroupKind.ALL, _rows_of(nodes))
        case AnyOf(nodes):
            return Group(GroupKind.ANY, _rows_of(nodes))
        case Not(AnyOf(nodes)):
            return Group(GroupKind.NONE, _rows_of(nodes))
        case Not(child):
            return Group(GroupKind.NONE, _rows_of((child,)))


def _rows_of(nodes: Iterable[Node]) -> tuple[Row, ...]:
    rows = []
    for node in nodes:
        if not isinstance(node, Condition):
            raise TooElaborate
        rows.append(_row_of(node))
    return tuple(rows)


def _row_of(condition: Condition) -> Row:
    # Read again: a tag that is gone since shows its error.
    return read_row(condition.criterion.key, condition.criterion.write(condition.value))


def _are_conditions(nodes: Iterable[Node]) -> bool:
    return all(isinstance(node, Condition) for node in nodes)


def _read_posted(data: QueryDict, prefix: str) -> Row:
    raw = RawValue(
        text=data.get(f"{prefix}-text", "")[:5000],
        low=data.get(f"{prefix}-low", "")[:10],
        high=data.get(f"{prefix}-high", "")[:10],
        picked=tuple(data.getlist(f"{prefix}-pick")[:50]),
    )
    return read_row(data.get(f"{prefix}-what", ""), raw)


def _refuse_blank(row: Row) -> Row:
    return replace(row, error=_("Complete this condition, or remove it.")) if row.is_blank else row


def _with_suggestion(rows: tuple[Row, ...], number: int, choice: int) -> tuple[Row, ...]:
    """What was not understood gives way to the name that was meant."""
    row = rows[number]
    if row.criterion is None:
        return rows
    entries = [entry.strip() for entry in row.raw.text.split(",") if entry.strip()]
    for position, entry in enumerate(entries):
        if read_row(row.criterion.key, RawValue(text=entry)).error:
            entries[position] = row.suggestions[choice]
            break
    changed = read_row(row.criterion.key, RawValue(text=", ".join(entries)))
    return (*rows[:number], changed, *rows[number + 1 :])


def _is_empty(raw: RawValue) -> bool:
    return not (raw.text.strip() or raw.low.strip() or raw.high.strip() or raw.picked)


def _without(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return tuple(item for position, item in enumerate(items) if position != number)


def _small(text: str, limit: int) -> int:
    return min(int(text), limit) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _by_key() -> Mapping[str, Criterion]:
    return {criterion.key: criterion for criterion in registered_criteria()}
