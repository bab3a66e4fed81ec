from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import require_admin_access

from tenants.entitlements import contact_count
from tenants.http import TenantRequest
from tenants.office.checklist import checklist
from tenants.office.profile import campaign_profile
from tenants.office.queries import days_to_election, opened_at
from tenants.users.models import User
from tenants.users.permissions import can

# (permission, name of the address, words, icon, is the main one)
ACTIONS = (
    ("people.edit", "people:add", _("Add a person"), "iso-user-plus", False),
    ("messages.edit", "messages:add", _("Write a message"), "iso-mail", True),
)


@require_admin_access
def dashboard(request: TenantRequest) -> HttpResponse:
    profile = campaign_profile()
    now = timezone.localtime()
    steps = checklist()
    is_new = contact_count() == 0 and not all(step.is_done for step in steps)
    panels = _panels(request)
    context = {
        "is_new": is_new,
        "opened_at": _opened_at(now),
        "today": now,
        "profile": profile,
        "days": days_to_election(profile, today=now.date()),
        "actions": list(_actions(request.user)),
        # Nobody is there yet: the steps to begin stand in the place of charts full of zeros.
        "main_panels": [] if is_new else [panel for panel in panels if getattr(panel, "column", "main") == "main"],
        "side_panels": [panel for panel in panels if getattr(panel, "column", "main") != "main"],
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "breadcrumbs": [("", _("Dashboard"))],
    }
    return render(request, "office/dashboard.html", context)


def _opened_at(now: datetime) -> datetime | None:
    """None within the first minute: «open for 0 minutes» says nothing."""
    opened = opened_at()
    return opened if opened is not None and now - opened >= timedelta(minutes=1) else None


def _panels(request: TenantRequest) -> list[Any]:
    panels: list[Any] = []
    for construct in hooks.get_hooks("construct_homepage_panels"):
        construct(request, panels)
    return sorted(panels, key=lambda panel: panel.order)


def _actions(user: User) -> list[dict[str, Any]]:
    actions = []
    for permission, name, label, icon, is_main in ACTIONS:
        if not can(user, permission):
            continue
        try:
            actions.append({"url": reverse(name), "label": label, "icon": icon, "is_main": is_main})
        except NoReverseMatch:
            continue
    return actions
