"""Who is meant by «these people»: those who are ticked, or everybody whom a filter of the list shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from crm.fields.queries import active_fields, fields_by_key
from crm.people.forms import FilterForm
from crm.people.groups import group_filters, groups_from, groups_kept, is_group
from crm.people.listing import people_for
from crm.people.models import Person
from crm.people.own_filters import is_own
from crm.people.queries import all_tags
from shared.numbers import number

MOST_TICKED = 1_000
NOBODY = 0  # no person's number


@dataclass(frozen=True, slots=True)
class Selection:
    """`query` is the list's own query string; with `ids`, only these.

    `groups` are those that the query names as they were when it was asked: who changes a segment later changes nothing.
    """

    query: str = ""
    ids: tuple[int, ...] = ()
    groups: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        told = {"query": self.query, "ids": list(self.ids)}
        return {**told, "groups": dict(self.groups)} if self.groups else told


def selection_from(data: Mapping[str, Any]) -> Selection:
    """From what `to_json` wrote."""
    return Selection(str(data.get("query", "")), tuple(data.get("ids", ())), data.get("groups", {}))


def selection_of(query: MultiValueDict[str, str], *, user: Any) -> Selection:
    """From a query string: the list's filters, and `ids` where people are ticked. Raises PermissionDenied."""
    ticked = {number(pk) or NOBODY for pk in query.getlist("ids")}
    ids = tuple(sorted(ticked))[:MOST_TICKED]
    return Selection(list_query(query), ids, groups_kept(query, user))


def list_query(query: MultiValueDict[str, str]) -> str:
    """What filters and orders the list, and nothing else of an address."""
    kept = QueryDict(mutable=True)
    for name in query:
        values = [value.replace("\0", "") for value in query.getlist(name) if value]
        if values and (name in FilterForm.base_fields or is_own(name) or is_group(name)):
            kept.setlist(name, values)
    return kept.urlencode()


def filters_asked(query: str) -> list[str]:
    """What is filtered by, and not for what: a search may hold somebody's name."""
    form = FilterForm(QueryDict(query), tags=[], own=active_fields(), groups=group_filters())
    return [name for name in QueryDict(query) if name != "sort" and name in form.fields]


def filter_labels() -> dict[str, str]:
    """What the filters are called, those by fields that were archived since too."""
    form = FilterForm(tags=[], own=list(fields_by_key().values()), groups=group_filters())
    return {name: str(field.label or _("search words")) for name, field in form.fields.items()}


def people_selected(selection: Selection, *, now: datetime) -> QuerySet[Person]:
    """As the list shows them: a filter that does not hold (any more) means nobody."""
    if selection.ids:
        return Person.objects.alive().filter(pk__in=selection.ids)
    asked = QueryDict(selection.query, mutable=True)
    groups = groups_from(selection.groups)
    for name in groups:
        asked.pop(name, None)
    form = FilterForm(asked, tags=all_tags(), own=active_fields(), groups=group_filters())
    if any(name not in form.fields for name in asked):
        return Person.objects.none()
    return people_for(replace(form.filters(), groups=tuple(groups.values())), now=now)
