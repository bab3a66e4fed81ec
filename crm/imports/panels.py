"""The dashboard's «to decide»: imports that wait for somebody."""

from collections.abc import Mapping
from typing import Any

from django.middleware.csrf import get_token
from wagtail.admin.ui.components import Component

from crm.imports.queries import has_room_for, imports_to_decide
from tenants.users.permissions import can


class ToDecidePanel(Component):
    name = "imports_to_decide"
    order = 100
    column = "side"
    template_name = "imports/panels/to_decide.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        runs = imports_to_decide() if can(request.user, "imports.run") else []
        return {"request": request, "csrf_token": get_token(request), "runs": runs, "has_room": has_room_for(runs)}
