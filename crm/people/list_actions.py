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


_actions: list[ListAction] = []


def register_list_action(action: ListAction) -> None:
    if action not in _actions:
        _actions.append(action)


def list_actions(request: TenantRequest) -> list[tuple[ListAction, str]]:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return [
        (action, f"{reverse(action.url_name)}{query}") for action in _actions if can(request.user, action.permission)
    ]
