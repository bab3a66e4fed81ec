"""What can be done with a segment's people: other apps register their own in AppConfig.ready()."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from crm.segments.models import Segment
from tenants.http import TenantRequest
from tenants.users.permissions import can


@dataclass(frozen=True, slots=True)
class SegmentAction:
    """A page that takes `?segment=`."""

    label: str | Promise
    icon: str
    url_name: str
    permission: str


_actions: list[SegmentAction] = []


def register_segment_action(action: SegmentAction) -> None:
    if action not in _actions:
        _actions.append(action)


def segment_actions(request: TenantRequest, segment: Segment | None) -> list[tuple[SegmentAction, str]]:
    if segment is None:
        return []
    allowed = [action for action in _actions if can(request.user, action.permission)]
    return [(action, f"{reverse(action.url_name)}?segment={segment.pk}") for action in allowed]
