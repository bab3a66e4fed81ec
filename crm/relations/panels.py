"""The relations of a person, on her page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wagtail.admin.ui.components import Component

from crm.people.models import Person
from crm.relations.queries import ties_of
from tenants.http import TenantRequest
from tenants.office.panels import form_context
from tenants.users.permissions import can


@dataclass
class RelationsSection(Component):
    person: Person
    may_edit: bool
    template_name = "relations/panels/person.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        ties = ties_of(self.person)
        return {"ties": ties, "person": self.person, "may_edit": self.may_edit, **form_context(parent_context)}


def relations_section(request: TenantRequest, person: Person) -> Component | None:
    return RelationsSection(person, can(request.user, "people.edit"))
