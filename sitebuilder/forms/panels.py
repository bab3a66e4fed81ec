from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.middleware.csrf import get_token
from django.utils import timezone
from wagtail.admin.ui.components import Component

from crm.people.models import Person
from sitebuilder.forms.models import Confirmation, ConfirmationRefusal
from sitebuilder.forms.refusing import find_refusal
from tenants.http import TenantRequest
from tenants.users.permissions import can


@dataclass
class ConfirmationAside(Component):
    confirmation: Confirmation
    template_name = "siteforms/panels/confirmation.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"confirmation": self.confirmation}


@dataclass
class RefusalAside(Component):
    person: Person
    refusal: ConfirmationRefusal
    may_edit: bool
    csrf_token: str
    template_name = "siteforms/panels/refusal.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        names = ("person", "refusal", "may_edit", "csrf_token")
        return {name: getattr(self, name) for name in names}


class RefusalCount(Component):
    """Beside the settings of data protection."""

    template_name = "siteforms/panels/refusals.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"count": ConfirmationRefusal.objects.count()}


def refusal_aside(request: TenantRequest, person: Person) -> Component | None:
    """Why no mail asks her to confirm, and the way back, at her wish."""
    refusal = find_refusal(person)
    if refusal is None:
        return None
    return RefusalAside(person, refusal, can(request.user, "people.edit"), get_token(request))


def confirmation_aside(request: TenantRequest, person: Person) -> Component | None:
    """Why somebody who signed up is not written to yet."""
    open_ones = Confirmation.objects.filter(
        person=person, confirmed_at=None, held_back_at=None, expires_at__gt=timezone.now()
    )
    latest = max(open_ones, key=lambda one: one.asked_at, default=None)
    if latest is None or _later(person, latest):
        return None
    return ConfirmationAside(latest)


def _later(person: Person, latest: Confirmation) -> bool:
    return Confirmation.objects.filter(person=person, confirmed_at__gte=latest.asked_at).exists()
