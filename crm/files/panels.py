"""The files of a person, on her page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wagtail.admin.ui.components import Component

from crm.files.models import PersonFile
from crm.files.services import TYPES
from crm.people.models import Person
from tenants.http import TenantRequest
from tenants.office.panels import form_context
from tenants.users.permissions import can


@dataclass
class FilesSection(Component):
    person: Person
    files: list[PersonFile]
    may_edit: bool
    template_name = "files/panels/person.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "person": self.person,
            "files": self.files,
            "may_edit": self.may_edit,
            "accept": ",".join(TYPES),
            **form_context(parent_context),
        }


def files_section(request: TenantRequest, person: Person) -> Component | None:
    files = sorted(PersonFile.objects.filter(person=person), key=lambda file: -file.pk)
    may_edit = can(request.user, "people.edit")
    return FilesSection(person, files, may_edit) if files or may_edit else None
