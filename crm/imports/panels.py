"""The dashboard's «to decide»: imports that wait for somebody."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from crm.imports.queries import has_room_for, imports_to_decide
from tenants.office.panels import form_context
from tenants.users.permissions import can


class ToDecidePanel(Component):
    name = "imports_to_decide"
    order = 100
    column = "side"
    template_name = "imports/panels/to_decide.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        form = form_context(parent_context)
        runs = imports_to_decide() if can(form["request"].user, "imports.run") else []
        return {**form, "runs": runs, "has_room": has_room_for(runs)}
