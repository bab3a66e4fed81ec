from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from crm.people.models import Person
from sitebuilder.forms.models import Confirmation
from tenants.http import TenantRequest


@dataclass
class ConfirmationAside(Component):
    confirmation: Confirmation
    template_name = "siteforms/panels/confirmation.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"confirmation": self.confirmation}


def confirmation_aside(request: TenantRequest, person: Person) -> Component | None:
    """Why somebody who signed up is not written to yet."""
    open_ones = Confirmation.objects.filter(person=person, confirmed_at=None, expires_at__gt=timezone.now())
    latest = open_ones.order_by("-asked_at").first()
    if latest is None or _later(person, latest):
        return None
    return ConfirmationAside(latest)


def _later(person: Person, latest: Confirmation) -> bool:
    return Confirmation.objects.filter(person=person, confirmed_at__gte=latest.asked_at).exists()
