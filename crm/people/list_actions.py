"""What can be done with the people whom the list shows: other apps register their own in AppConfig.ready()."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from tenants.http import TenantRequest
from tenants.users.permissions import can


@dataclass(frozen=True, slots=True)
class ListAction:
    """A page that takes the list's query string, and `ids` for the ticked ones."""

    label: str | Promise
    icon: str
    url_name: str
    permission: str
    ticked_label: str | Promise  # for the ticked ones alone
    past: "Past | None" = None
    is_frequent: bool = True  # else: beside the bulk actions, for those who have them


@dataclass(frozen=True, slots=True)
class Past:
    """The page of what was done by this action before."""

    label: str | Promise
    url_name: str


_actions: list[ListAction] = []


def register_list_action(action: ListAction) -> None:
    if action not in _actions:
        _actions.append(action)


def list_actions(request: TenantRequest) -> list[tuple[ListAction, str]]:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return [
        (action, f"{reverse(action.url_name)}{query}") for action in _actions if can(request.user, action.permission)
    ]


def pasts(request: TenantRequest) -> list[tuple[Past, str]]:
    allowed = [action.past for action in _actions if action.past and can(request.user, action.permission)]
    return [(past, reverse(past.url_name)) for past in allowed]


def action_named(url_name: str, request: TenantRequest) -> ListAction | None:
    """One that this member may use."""
    found = (action for action in _actions if action.url_name == url_name)
    return next((action for action in found if can(request.user, action.permission)), None)
