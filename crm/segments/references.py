"""Segments inside segments: read anew each time, each one once, never in a circle."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.people.models import SavedView
from crm.people.saved_views import query_of
from crm.segments.models import Segment
from crm.segments.tree import CriteriaInvalid, Node, Problem, parse
from crm.segments.usage import Usage, usages_of


class NotThere(CriteriaInvalid):
    """A segment that a condition names is gone, or stands for itself in the end."""

    def __init__(self, message: str) -> None:
        super().__init__([Problem("segment", message)])


def tree_of_segment(pk: int) -> Node | None:
    """Raises NotThere; CriteriaInvalid when its own conditions are not understood."""
    criteria = Segment.objects.filter(pk=pk).values_list("criteria", flat=True).first()
    if criteria is None:
        raise NotThere(_("A segment that this one counts on was deleted."))
    return parse(criteria)


def referred_to(criteria: Any, name: str = "segment") -> set[int]:
    """The segments (or lists) that a tree names, as it is stored: nothing is checked."""
    match criteria:
        case dict() if isinstance(named := criteria.get(name), dict):
            return {pk for ids in named.values() if isinstance(ids, list) for pk in ids if isinstance(pk, int)}
        case dict():
            return {pk for inside in criteria.values() for pk in referred_to(inside, name)}
        case list():
            return {pk for inside in criteria for pk in referred_to(inside, name)}
        case _:
            return set()


def hold_references() -> None:
    """One at a time: what is saved while this is held names nothing that is deleted meanwhile, and makes no circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.segments'))")


def leads_to(criteria: Any, target: int) -> bool:
    """Does this tree, by whatever detour, count on that segment?"""
    known: dict[int, Any] = dict(Segment.objects.values_list("pk", "criteria"))
    seen: set[int] = set()
    waiting = referred_to(criteria)
    while waiting:
        pk = waiting.pop()
        if pk == target:
            return True
        if pk not in seen:
            seen.add(pk)
            waiting |= referred_to(known.get(pk, {}))
    return False


def heaviest_weight(criteria: Any, target: int | None) -> int:
    """How many conditions are asked for this tree or, if that is more, for a segment that counts on `target` once it has it."""
    known: dict[int, Any] = dict(Segment.objects.values_list("pk", "criteria"))
    touched: set[int] = set()
    if target is not None:
        known[target] = criteria
        more = {target}
        while more:
            touched |= more
            more = {pk for pk, tree in known.items() if pk not in touched and referred_to(tree) & touched}
    weights: dict[int, int] = {}

    def weigh(pk: int) -> int:
        if pk not in weights:
            weights[pk] = _weight(known.get(pk, {}), weigh)
        return weights[pk]

    return max([_weight(criteria, weigh), *map(weigh, touched)])


def _weight(criteria: Any, weigh: Callable[[int], int]) -> int:
    match criteria:
        case {"all": list(nodes)} | {"any": list(nodes)}:
            return sum(_weight(node, weigh) for node in nodes)
        case {"not": node} | {"draw": {"of": node}}:
            return _weight(node, weigh)
        case {"segment": dict(named)}:
            return 1 + sum(weigh(pk) for ids in named.values() for pk in ids)
        case _:
            return 1


def usages_in_segments(pk: int) -> list[Usage]:
    return [usage_of(segment) for segment in Segment.objects.order_by("name") if pk in referred_to(segment.criteria)]


def usages_in_views(pk: int) -> list[Usage]:
    """Views of the list of people: a member's own by no more than that there is one."""
    return [
        Usage(_("the view “%(name)s” of the list of people") % {"name": view.name}, _address(view))
        if view.is_shared
        else Usage(_("a member’s own view of the list of people"))
        for view in SavedView.objects.filter(query__contains=f"segment={pk}").order_by("name", "pk")
        if QueryDict(view.query).get("segment") == str(pk)
    ]


def _address(view: SavedView) -> str:
    return f"{reverse('people:list')}?{query_of(view)}"


def usages_of_list_in_segments(pk: int) -> list[Usage]:
    """And whatever counts on those segments: their messages, other segments."""
    found: list[Usage] = []
    for segment in segments_on_lists().get(pk, []):
        found += [usage_of(segment), *usages_of(segment.pk)]
    return list(dict.fromkeys(found))


def segments_on_lists() -> dict[int, list[Segment]]:
    """By the lists that they name, archived ones too."""
    found: dict[int, list[Segment]] = {}
    for segment in Segment.objects.order_by("name"):
        for pk in referred_to(segment.criteria, "list"):
            found.setdefault(pk, []).append(segment)
    return found


def usage_of(segment: Segment) -> Usage:
    return Usage(_("the segment “%(name)s”") % {"name": segment.name}, reverse("segments:segment", args=[segment.pk]))
