from dataclasses import dataclass

from django.urls import reverse

from sitebuilder.themes.enums import Theme
from sitebuilder.themes.models import Appearance
from sitebuilder.themes.palette import DEFAULT_COLORS
from sitebuilder.themes.stylesheet import PRELOADED, stylesheet_version
from tenants.office.profile import campaign_profile


@dataclass(frozen=True, slots=True)
class Look:
    """How the current campaign's site looks."""

    theme: str
    color: str
    stylesheet_url: str
    font: str


def current_look() -> Look:
    appearance = Appearance.objects.first()
    theme = appearance.theme if appearance and appearance.theme in Theme.values else Theme.AFFICHE.value
    return look_of(theme, campaign_profile().color or DEFAULT_COLORS[theme])


def look_of(theme: str, color: str) -> Look:
    return Look(
        theme=theme,
        color=color,
        stylesheet_url=f"{reverse('theme_stylesheet')}?v={stylesheet_version(theme, color)}",
        font=f"themes/fonts/{PRELOADED[Theme(theme)]}",
    )
