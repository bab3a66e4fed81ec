"""Groups of people that the list can be narrowed to, segments for one: other apps register theirs in AppConfig.ready()."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.people.models import Person
from crm.people.paging import Page
from tenants.users.permissions import can

if TYPE_CHECKING:
    from crm.people.listing import Counted

Read = Callable[[QuerySet[Person]], Page]


class Group(ABC):
    """Some people under a name, as its app knows them; with `is_alone`, nothing else is asked of them."""

    name: str

    @abstractmethod
    def among(self, people: QuerySet[Person], *, now: datetime) -> QuerySet[Person]:
        """Those of the people who are in it."""

    @abstractmethod
    def page(self, people: QuerySet[Person], read: Read, *, now: datetime, is_alone: bool) -> Page:
        """What `read` makes of them, in the way that its app knows to be quick."""

    @abstractmethod
    def count(self, people: QuerySet[Person], *, now: datetime, exact: bool, is_alone: bool) -> "Counted":
        """As its app counts them."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Enough to find the same people later, whatever becomes of the name."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """`name` is the parameter in the list's address."""

    name: str
    label: str | Promise
    permission: str
    find: Callable[[str], Group | None]
    read: Callable[[Mapping[str, Any]], Group]  # from what `to_json` wrote


_filters: dict[str, GroupFilter] = {}


def register_group_filter(group_filter: GroupFilter) -> None:
    _filters[group_filter.name] = group_filter


def is_group(name: str) -> bool:
    return name in _filters


def group_filters() -> list[GroupFilter]:
    return list(_filters.values())


def group_filters_for(user: Any) -> list[GroupFilter]:
    return [one for one in group_filters() if can(user, one.permission)]


def groups_kept(query: MultiValueDict[str, str], user: Any) -> dict[str, Any]:
    """The groups that an address names, as they are now. Whoever may not see one is refused, not shown everybody."""
    kept = {}
    for one in group_filters():
        if not (value := query.get(one.name)):
            continue
        if not can(user, one.permission):
            raise PermissionDenied
        if group := one.find(value):
            kept[one.name] = group.to_json()
    return kept


def groups_from(kept: Mapping[str, Any]) -> dict[str, Group]:
    return {name: _filters[name].read(told) for name, told in kept.items()}


def group_fields(filters: Sequence[GroupFilter]) -> dict[str, forms.Field]:
    return {one.name: _GroupField(one) for one in filters}


class _GroupField(forms.Field):
    """Becomes the group itself. It comes with the address, from the group's own page; other filters leave it in force."""

    def __init__(self, asked: GroupFilter) -> None:
        super().__init__(label=str(asked.label), required=False, widget=forms.HiddenInput)
        self._asked = asked

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip()
        group = self._asked.find(text) if text else None
        if text and group is None:
            raise forms.ValidationError(_("This is not there any more."))
        return group
