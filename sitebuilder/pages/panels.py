from typing import Any

from wagtail.admin.panels import Panel

from sitebuilder.pages import legal
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile


class MissingFactsPanel(Panel):
    """What the page says by itself, and what the campaign has not stated yet."""

    def __init__(self, facts_key: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.facts_key = facts_key

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "facts_key": self.facts_key}

    class BoundPanel(Panel.BoundPanel):
        template_name = "pages/missing_facts_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            sections = legal.sections(self.panel.facts_key, profile=campaign_profile(), tenant=require_tenant())
            facts = [fact for section in sections for fact in section.facts]
            return {
                **super().get_context_data(parent_context),
                "missing": [fact for fact in facts if not fact.value],
                "stated": [fact for fact in facts if fact.value],
            }
