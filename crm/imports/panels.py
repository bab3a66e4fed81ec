"""The dashboard's «to decide»: imports that wait for somebody."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from crm.imports.queries import imports_to_decide
from tenants.users.permissions import can


class ToDecidePanel(Component):
    name = "imports_to_decide"
    order = 100
    column = "side"
    template_name = "imports/panels/to_decide.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        return {"runs": imports_to_decide() if can(request.user, "imports.run") else []}
