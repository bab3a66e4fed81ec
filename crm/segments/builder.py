"""The builder's page as data: groups of rows and of groups, from what was typed or from a stored tree, and back to a tree.

The page holds its whole state in its fields, so that it works without JavaScript: every button posts it all again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Union

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.segments.criteria.values import read_number
from crm.segments.drawing import new_salt
from crm.segments.enums import GroupKind
from crm.segments.registry import Criterion, CriterionInvalid, RawValue, Text, find_by_key
from crm.segments.tree import MAX_CONDITIONS, MAX_DEPTH, SALTS, All, AnyOf, Condition, Draw, Node, Not, depth_of
from shared.numbers import number

MAX_ITEMS = MAX_CONDITIONS + 1  # of one group: enough to say that they are too many
MAX_TEXT = 40_000  # characters: 500 names
MAX_WORD = 200  # of a control beside, of a pick
FIRST_CHOICE = "tags.any"
NOTHING_TYPED = RawValue()
Path = tuple[int, ...]


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

    @property
    def options(self) -> list[tuple[str, Text]]:
        return self.criterion.options(self.raw) if self.criterion else []

    def node(self) -> Node | None:
        return self.condition


@dataclass(frozen=True, slots=True)
class Group:
    kind: GroupKind
    items: tuple["Item", ...]

    def node(self) -> Node | None:
        nodes = tuple(node for item in self.items if (node := item.node()))
        if not nodes:
            return None
        if self.kind == GroupKind.NONE:
            return Not(AnyOf(nodes))
        return All(nodes) if self.kind == GroupKind.ALL else AnyOf(nodes)

    def rows(self) -> Iterator[Row]:
        for item in self.items:
            if isinstance(item, Group):
                yield from item.rows()
            else:
                yield item


Item = Union[Row, Group]  # noqa: UP007 -- a name in quotes cannot be joined by a bar


@dataclass(frozen=True, slots=True)
class Draft:
    groups: tuple[Group, ...] = field(default_factory=tuple)
    # How many of them, drawn by lot; as typed.
    people: str = ""
    salt: int = 0
    # Where the person at the keyboard should be next: the id of a field.
    focus: str = ""
    # Were there more rows than are read?
    is_cut: bool = False

    def node(self) -> Node | None:
        nodes = tuple(node for group in self.groups if (node := group.node()))
        node = All(nodes) if len(nodes) > 1 else nodes[0] if nodes else None
        if self.people.strip() and not self.people_error:
            return Draw(int(self.people), self.salt, node)
        return node

    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows()]

    @property
    def people_error(self) -> str:
        if not self.people.strip():
            return ""
        try:
            read_number(self.people, low=1, high=999_999)
        except CriterionInvalid as error:
            return str(error.message)
        return ""

    @property
    def limit_error(self) -> str:
        """What no row is to blame for: counted all the same, and not saved."""
        if self.is_cut or len(self.rows()) > MAX_CONDITIONS:
            return _("A segment has no more than %(count)s conditions.") % {"count": MAX_CONDITIONS}
        return _("Groups are nested too deeply.") if depth_of(self.node()) > MAX_DEPTH else ""

    def errors(self) -> list[str]:
        """Of what is set aside."""
        found = [row.error for row in self.rows() if row.error]
        return [*found, self.people_error] if self.people_error else found

    def with_blanks_refused(self) -> "Draft":
        """For saving: a row that was left empty is pointed at instead of being forgotten."""
        return replace(self, groups=tuple(map(_refuse_blanks, self.groups)))


def blank_row() -> Row:
    return read_row(FIRST_CHOICE, NOTHING_TYPED)


def empty_draft() -> Draft:
    return Draft((Group(GroupKind.ALL, (blank_row(),)),), salt=new_salt())


def read_draft(data: QueryDict) -> Draft:
    groups = tuple(
        group
        for place in range(_count(data.get("groups", "0")))
        if (group := _read_group(data, prefix_of((place,)), 1)).items
    )
    salt = number(data.get("salt"), most=SALTS)
    counts = [value for name, value in data.items() if name == "groups" or name.endswith("-rows")]
    return Draft(
        groups,
        data.get("people", "").strip(),
        salt or new_salt(),
        is_cut=any(number(count) > MAX_ITEMS for count in counts),
    )


def draft_of(node: Node | None) -> Draft:
    if isinstance(node, Draw):
        return replace(draft_of(node.node), people=str(node.people), salt=node.salt)
    if node is None:
        return Draft(salt=new_salt())
    while isinstance(node, All) and len(node.nodes) == 1 and not isinstance(node.nodes[0], Condition):
        (node,) = node.nodes
    has_bare_rows = isinstance(node, All) and any(isinstance(child, Condition) for child in node.nodes)
    parts = node.nodes if isinstance(node, All) and not has_bare_rows else (node,)
    return Draft(tuple(_group_of(part) for part in parts), salt=new_salt())


def read_row(key: str, raw: RawValue) -> Row:
    criterion = find_by_key(key)
    if criterion is None:
        return Row(None, raw, error=_("Choose a condition.") if key else "")
    raw = _with_drawing(criterion, raw)
    if too_long := _too_long(raw):
        return Row(criterion, raw, error=too_long)
    if _is_empty(raw) and criterion.field.kind != "none" and not criterion.field.may_be_blank:
        return Row(criterion, raw)
    try:
        return Row(criterion, raw, Condition(criterion, criterion.read(raw)))
    except CriterionInvalid as error:
        return Row(criterion, raw, error=str(error.message), suggestions=error.suggestions)


def prefix_of(path: Path) -> str:
    """The name that the fields of a row or group begin with: g0, g0-r2, g0-r2-r1."""
    return "-".join([f"g{path[0]}", *(f"r{place}" for place in path[1:])])


def _group_of(node: Node) -> Group:
    match node:
        case All(nodes):
            return Group(GroupKind.ALL, tuple(map(_item_of, nodes)))
        case AnyOf(nodes) | Not(AnyOf(nodes)):
            kind = GroupKind.ANY if isinstance(node, AnyOf) else GroupKind.NONE
            return Group(kind, tuple(map(_item_of, nodes)))
        case Not(child):
            return Group(GroupKind.NONE, (_item_of(child),))
        case _:
            return Group(GroupKind.ALL, (_item_of(node),))


def _item_of(node: Node) -> Item:
    if not isinstance(node, Condition):
        return _group_of(node)
    # Read again: a tag that is gone since shows its error.
    return read_row(node.criterion.key, node.criterion.write(node.value))


def _read_group(data: QueryDict, prefix: str, depth: int) -> Group:
    kind = data.get(f"{prefix}-kind", "")
    items = [_read_item(data, f"{prefix}-r{place}", depth) for place in range(_count(data.get(f"{prefix}-rows", "0")))]
    kept = tuple(item for item in items if isinstance(item, Row) or item.items)
    return Group(GroupKind(kind) if kind in GroupKind.values else GroupKind.ALL, kept)


def _read_item(data: QueryDict, prefix: str, depth: int) -> Item:
    if f"{prefix}-kind" in data and depth <= MAX_DEPTH:
        return _read_group(data, prefix, depth + 1)
    key = data.get(f"{prefix}-what", "")
    criterion = find_by_key(key)
    parts = criterion.field.parts if criterion else ()
    raw = RawValue(
        text=data.get(f"{prefix}-text", ""),
        low=data.get(f"{prefix}-low", ""),
        high=data.get(f"{prefix}-high", ""),
        picked=tuple(data.getlist(f"{prefix}-pick")),
        parts={part.name: data.get(f"{prefix}-p-{part.name}", "") for part in parts},
    )
    return read_row(key, raw)


def _refuse_blanks(group: Group) -> Group:
    return replace(group, items=tuple(_refuse_blanks(i) if isinstance(i, Group) else _refused(i) for i in group.items))


def _refused(row: Row) -> Row:
    return replace(row, error=_("Complete this condition, or remove it.")) if row.is_blank else row


def _with_drawing(criterion: Criterion, raw: RawValue) -> RawValue:
    """A drawing keeps its number from one look at the page to the next."""
    if all(part.kind != "hidden" for part in criterion.field.parts) or raw.part("salt"):
        return raw
    return replace(raw, parts={**raw.parts, "salt": str(new_salt())})


def _is_empty(raw: RawValue) -> bool:
    return not (raw.text.strip() or raw.low.strip() or raw.high.strip() or raw.picked)


def _too_long(raw: RawValue) -> str:
    """Said rather than cut: nobody would miss the names that were lost."""
    if len(raw.text) > MAX_TEXT:
        return _("This text is too long: no more than %(count)s characters.") % {"count": intcomma(MAX_TEXT)}
    words = (raw.low, raw.high, *raw.picked, *raw.parts.values())
    return _("This text is too long.") if any(len(word) > MAX_WORD for word in words) else ""


def _count(text: str) -> int:
    return min(number(text), MAX_ITEMS)
