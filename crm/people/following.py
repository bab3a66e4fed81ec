"""What points at a person, told by the app that owns it: followed when two people become one, and when they part.

Filled in AppConfig.ready(), so that `crm.people` need not know who stands on it. A test compares it with the models.
"""

# ruff: noqa: S608 -- names of tables and columns are written in our own code

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

Hook = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Follower:
    """Rows of `table` whose `column` is a person. Where the kept one has the same `unique` already (none: a row
    of her own), the row stays behind: with the empty row of the one who was merged, it is neither lost nor counted twice."""

    table: str
    column: str = "person_id"
    unique: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


_followers: dict[str, Follower] = {}
_on_merge: list[Hook] = []
_on_part: list[Hook] = []


def register_follower(table: str, column: str = "person_id", *, unique: tuple[str, ...] | None = None) -> None:
    follower = Follower(table, column, unique)
    _followers[follower.name] = follower


def on_merge(hook: Hook, *, on_part: Hook | None = None) -> None:
    """For what is more than a column: called in the merge's transaction with the ids of who is kept and who is merged."""
    if hook not in _on_merge:
        _on_merge.append(hook)
    if on_part is not None and on_part not in _on_part:
        _on_part.append(on_part)


def followers() -> list[Follower]:
    return list(_followers.values())


def follow_merge(*, keep_id: int, merged_id: int) -> dict[str, list[int]]:
    """Returns the ids of what went over."""
    moved = {one.name: _move(one, merged_id, keep_id) for one in followers()}
    for hook in _on_merge:
        hook(keep_id, merged_id)
    return {name: ids for name, ids in moved.items() if ids}


def follow_parting(*, kept_id: int, merged_id: int, moved: dict[str, list[int]]) -> None:
    """What went over comes back, if it is still there."""
    for one in followers():
        if ids := moved.get(one.name):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {one.table} SET {one.column} = %s WHERE {one.column} = %s AND id = ANY(%s::bigint[])",
                    [merged_id, kept_id, ids],
                )
    for hook in _on_part:
        hook(kept_id, merged_id)


def _move(one: Follower, merged_id: int, keep_id: int) -> list[int]:
    statement = f"UPDATE {one.table} t SET {one.column} = %(keep)s WHERE t.{one.column} = %(merged)s"
    if one.unique is not None:
        same = "".join(f" AND k.{name} = t.{name}" for name in one.unique)
        statement += f" AND NOT EXISTS (SELECT FROM {one.table} k WHERE k.{one.column} = %(keep)s{same})"
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING t.id", {"keep": keep_id, "merged": merged_id})
        return [row[0] for row in cursor.fetchall()]
