from typing import Any

from django.forms import Media
from wagtail.admin.panels import Panel

from sitebuilder.themes.enums import Theme
from sitebuilder.themes.palette import DEFAULT_COLORS, palette_for
from tenants.office.profile import campaign_profile


class PalettePanel(Panel):
    """Shows the campaign's color in the theme, and each place where it had to be corrected to stay readable."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "themes/palette_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            theme = getattr(self.instance, "theme", Theme.AFFICHE)
            color = campaign_profile().color
            palette = palette_for(theme, color)
            return {
                **super().get_context_data(parent_context),
                "color": color or DEFAULT_COLORS.get(theme, ""),
                "is_default": not color,
                "corrections": palette.corrections,
            }

        @property
        def media(self) -> Media:
            return Media()
