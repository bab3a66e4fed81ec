"""Who names a tag? Each app tells of its own in AppConfig.ready(): a tag that is needed is not deleted, a merge is followed."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from crm.consent.entries import Source


class Need(Enum):
    """What keeps a tag from going, and how long."""

    NAMED = "named"  # not deleted; a merge writes the other tag in its place
    BUSY = "busy"  # neither merged nor deleted while this lasts
    GOES = "goes"  # deleted together with the tag; a merge writes the other tag in its place
    CARRIED = "carried"  # loses the tag when that is deleted, as people do; a merge writes the other tag in its place


@dataclass(frozen=True, slots=True)
class TagUsage:
    tag_id: int
    label: str
    url: str = ""
    need: Need = Need.NAMED


Usages = Callable[[Collection[int]], Iterable[TagUsage]]
Replace = Callable[[int, int, Source, datetime], None]
Forget = Callable[[int], None]

_users: dict[str, tuple[Usages, Replace | None, Forget | None]] = {}


def register_tag_user(
    name: str, usages: Usages, *, replace: Replace | None = None, forget: Forget | None = None
) -> None:
    """`replace(tag, by, source, now)` and `forget(tag)` are called in the transaction of the merge or of the deletion."""
    _users[name] = (usages, replace, forget)


def usages_of_tags(tag_ids: Collection[int]) -> list[TagUsage]:
    return [usage for usages, _replace, _forget in _users.values() for usage in usages(tag_ids)] if tag_ids else []


def replace_tag(tag_id: int, by: int, source: Source, now: datetime) -> None:
    for _usages, replace, _forget in _users.values():
        if replace is not None:
            replace(tag_id, by, source, now)


def forget_tag(tag_id: int) -> None:
    for _usages, _replace, forget in _users.values():
        if forget is not None:
            forget(tag_id)


def refusing(usages: Iterable[TagUsage], *, deletes: bool) -> list[TagUsage]:
    """Those for which it cannot be done now."""
    refuse = {Need.BUSY, Need.NAMED} if deletes else {Need.BUSY}
    return [usage for usage in usages if usage.need in refuse]


def keeping(usages: Iterable[TagUsage]) -> list[TagUsage]:
    """Those for which a tag that no person carries is not swept out."""
    return [usage for usage in usages if usage.need is not Need.GOES]
