"""The office's menu: what each app registered, in groups, and of Wagtail's own only what a campaign uses."""

from copy import copy
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea

from tenants.http import TenantRequest
from tenants.users.permissions import can

# Wagtail's items that stay: name -> (label, icon, order)
KEPT = {
    "explorer": (_("Pages"), "iso-file-text", 300),
    "images": (_("Images"), "iso-image", 310),
    "documents": (_("Documents"), "iso-paperclip", 320),
}
DROPPED = frozenset({"help", "reports", "settings", "snippets", "forms", "redirects", "users", "groups"})
GROUP_STARTS = (100, 200, 900)


class PermittedMenuItem(MenuItem):
    """A menu item shown to those who may open what it leads to."""

    def __init__(self, label: Any, url: str, *, permission: str, **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.permission = permission

    def is_shown(self, request: TenantRequest) -> bool:
        return can(request.user, self.permission)


def arranged(items: list[Any]) -> list[Any]:
    """Our order and icons, with a rule where a group of items starts. Items are cached by Wagtail: copies are changed."""
    kept = [_kept(item) for item in items if item.name not in DROPPED]
    kept.sort(key=lambda item: item.order)
    group = -1
    for item in kept:
        of_item = sum(item.order >= start for start in GROUP_STARTS)
        if group not in (-1, of_item):
            item.classname = f"{item.classname} iso-groupe".strip()
        group = of_item
    return kept


def _kept(item: Any) -> Any:
    own = copy(item)
    if own.name in KEPT:
        own.label, own.icon_name, own.order = KEPT[own.name]
    return own


class PeopleSearchArea(SearchArea):
    """What the search field of the menu looks through: the people, which is what a campaign looks for."""

    def is_shown(self, request: TenantRequest) -> bool:
        return bool(self.url) and can(request.user, "people.view")


def address_of_people() -> str:
    return _address_of("people:list")


def address_of_access_log() -> str:
    return _address_of("access:log")


def address_of_whole_export() -> str:
    return _address_of("exports:whole")


def _address_of(name: str) -> str:
    """A page of an app that the office does not import; empty where it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
