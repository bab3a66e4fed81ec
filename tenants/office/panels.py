"""Panels of the dashboard that are the office's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.middleware.csrf import get_token
from wagtail.admin.ui.components import Component

from tenants.context import require_tenant
from tenants.entitlements import contact_count, contact_limit
from tenants.facts import platform_url
from tenants.office.queries import account_holders

NEAR = 80  # per cent of the plan


def form_context(parent_context: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the template of a component needs for its forms: Wagtail renders it by itself, without the page's request."""
    request = (parent_context or {})["request"]
    return {"request": request, "csrf_token": get_token(request)}


@dataclass(frozen=True, slots=True)
class PlanUse:
    name: str
    count: int
    limit: int | None

    @property
    def percent(self) -> int:
        """How full the bar is, from 0 to 100."""
        return min(100, self.count * 100 // self.limit) if self.limit else 0

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.count > self.limit

    @property
    def is_near(self) -> bool:
        return self.limit is not None and not self.is_over and self.count * 100 >= self.limit * NEAR

    @property
    def left(self) -> int:
        return max(0, (self.limit or 0) - self.count)

    @property
    def excess(self) -> int:
        return max(0, self.count - (self.limit or 0))


def plan_use() -> PlanUse:
    return PlanUse(require_tenant().plan_name, contact_count(), contact_limit())


class PlanPanel(Component):
    name = "plan"
    order = 800
    column = "side"
    template_name = "office/panels/plan.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        return {
            "request": request,
            "plan": plan_use(),
            "account_url": platform_url(f"/compte/{require_tenant().uuid}/"),
            "may_change": request.user in account_holders(),
        }
