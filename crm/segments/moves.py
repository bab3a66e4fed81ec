"""What the builder's buttons do to a draft: add, take away, move, take a suggestion. What makes no sense changes nothing.

add-group:<kind>           add-group:<path>:<kind>    add-row:<path>    remove:<path>
up:<path>   down:<path>    take:<path>:<suggestion>   a path is the numbers from the outermost group inwards: 0.2.1
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crm.segments.builder import MAX_ITEMS, Draft, Group, Item, Path, Row, blank_row, prefix_of, read_row
from crm.segments.criteria.values import entries_in
from crm.segments.enums import GroupKind
from crm.segments.registry import RawValue

MAX_NESTED = 4  # deeper ones are shown, and not offered: nobody reads them on a phone


def apply_action(draft: Draft, action: str) -> Draft:
    verb, *arguments = action.split(":")
    try:
        changed = _apply(draft, verb, arguments)
    except (ValueError, IndexError, TypeError):
        return draft
    return changed or draft


def may_nest(path: Path) -> bool:
    return len(path) < MAX_NESTED


def _apply(draft: Draft, verb: str, arguments: list[str]) -> Draft | None:
    root = Group(GroupKind.ALL, draft.groups)
    match verb, arguments:
        case "add-group", [kind]:
            return _added(draft, root, (), Group(GroupKind(kind), (blank_row(),)))
        case "add-group", [where, kind] if may_nest(_path(where)):
            return _added(draft, root, _path(where), Group(GroupKind(kind), (blank_row(),)))
        case "add-row", [where]:
            return _added(draft, root, _path(where), blank_row())
        case "remove", [where]:
            return _removed(draft, root, _path(where))
        case "up" | "down", [where]:
            return _moved(draft, root, _path(where), -1 if verb == "up" else 1, verb)
        case "take", [where, suggestion]:
            return _taken(draft, root, _path(where), int(suggestion))
        case _:
            return None


def _added(draft: Draft, root: Group, where: Path, item: Item) -> Draft:
    items = _group_at(root, where).items
    if len(items) >= MAX_ITEMS:
        return draft
    grown = _with_items(root, where, lambda items: (*items, item))
    path = (*where, len(items))
    first_row = path if isinstance(item, Row) else (*path, 0)
    return _drafted(draft, grown, f"{prefix_of(first_row)}-what")


def _removed(draft: Draft, root: Group, path: Path) -> Draft:
    *parent, number = path
    _group_at(root, tuple(parent)).items[number]
    changed = _with_items(root, tuple(parent), lambda items: _without(items, number))
    return _drafted(draft, changed, f"{prefix_of(tuple(parent))}-add" if parent else "add-all")


def _moved(draft: Draft, root: Group, path: Path, step: int, verb: str) -> Draft | None:
    target = _landing(root, path, step)
    if target is None:
        return None
    *parent, number = path
    item = _group_at(root, tuple(parent)).items[number]
    # Out first, then in: what stands behind it in the same group moves up by one meanwhile.
    taken = _with_items(root, tuple(parent), lambda items: _without(items, number))
    where, position = _after_removal(target, path)
    moved = _with_items(taken, where, lambda items: (*items[:position], item, *items[position:]))
    landed = _path_to(_pruned(moved), item)
    return _drafted(draft, moved, f"{prefix_of(landed)}-{verb}" if landed else "")


def _landing(root: Group, path: Path, step: int) -> tuple[Path, int] | None:
    """The group and the place in it, counted before the item is taken out."""
    *above, number = path
    parent = tuple(above)
    siblings = _group_at(root, parent).items
    beside = number + step
    if 0 <= beside < len(siblings):
        neighbor = siblings[beside]
        is_open = isinstance(neighbor, Group) and parent and len(path) + _height(siblings[number]) <= MAX_NESTED
        if is_open and isinstance(neighbor, Group):
            return (*parent, beside), len(neighbor.items) if step < 0 else 0
        return parent, beside if step < 0 else beside + 1
    return _way_out(root, path, step) if parent else None


def _way_out(root: Group, path: Path, step: int) -> tuple[Path, int] | None:
    """Beside the group that it leaves; a row of an outermost group goes over to the next one."""
    *parent, _number = path
    item = _group_at(root, tuple(parent)).items[path[-1]]
    if len(parent) > 1 or isinstance(item, Group):
        return tuple(parent[:-1]), parent[-1] + (0 if step < 0 else 1)
    beside = parent[0] + step
    if not 0 <= beside < len(root.items):
        return None
    return (beside,), len(_group_at(root, (beside,)).items) if step < 0 else 0


def _after_removal(target: tuple[Path, int], path: Path) -> tuple[Path, int]:
    where, position = target
    *parent, number = path
    level = len(parent)
    if where == tuple(parent):
        return where, position - (position > number)
    if where[:level] == tuple(parent) and len(where) > level and where[level] > number:
        return (*where[:level], where[level] - 1, *where[level + 1 :]), position
    return where, position


def _taken(draft: Draft, root: Group, path: Path, choice: int) -> Draft:
    """What was not understood gives way to the name that was meant."""
    *parent, number = path
    row = _group_at(root, tuple(parent)).items[number]
    if not isinstance(row, Row) or row.criterion is None or not row.suggestions:
        return draft
    entries = entries_in(row.raw.text)
    for position, entry in enumerate(entries):
        if read_row(row.criterion.key, RawValue(text=entry)).error:
            entries[position] = row.suggestions[choice]
            break
    mended = read_row(row.criterion.key, replace(row.raw, text=", ".join(entries)))
    changed = _with_items(root, tuple(parent), lambda items: (*items[:number], mended, *items[number + 1 :]))
    return _drafted(draft, changed, f"{prefix_of(path)}-text")


def _drafted(draft: Draft, root: Group, focus: str) -> Draft:
    groups = tuple(group for group in _pruned(root).items if isinstance(group, Group))
    return replace(draft, groups=groups, focus=focus)


def _pruned(group: Group) -> Group:
    """Without the groups that nothing is left in; those that stay as they were are the same objects."""
    inside = [_pruned(item) if isinstance(item, Group) else item for item in group.items]
    kept = tuple(item for item in inside if isinstance(item, Row) or item.items)
    same = len(kept) == len(group.items) and all(new is old for new, old in zip(kept, group.items, strict=True))
    return group if same else replace(group, items=kept)


def _path_to(group: Group, wanted: Item) -> Path | None:
    for number, item in enumerate(group.items):
        if item is wanted:
            return (number,)
        inside = _path_to(item, wanted) if isinstance(item, Group) else None
        if inside is not None:
            return (number, *inside)
    return None


def _with_items(group: Group, path: Path, change: Callable[[tuple[Item, ...]], tuple[Item, ...]]) -> Group:
    if not path:
        return replace(group, items=change(group.items))
    first, *rest = path
    inside = group.items[first]
    if not isinstance(inside, Group) or first < 0:
        raise IndexError(first)
    changed = _with_items(inside, tuple(rest), change)
    return replace(group, items=(*group.items[:first], changed, *group.items[first + 1 :]))


def _group_at(root: Group, path: Path) -> Group:
    for number in path:
        inside = root.items[number]
        if not isinstance(inside, Group):
            raise IndexError(number)
        root = inside
    return root


def _height(item: Item) -> int:
    return 1 + max(map(_height, item.items), default=0) if isinstance(item, Group) else 0


def _path(text: str) -> Path:
    return tuple(int(number) for number in text.split("."))


def _without(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return tuple(item for position, item in enumerate(items) if position != number)
