from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from sitebuilder.themes.enums import Theme
from sitebuilder.themes.panels import PalettePanel


@register_setting(icon="iso-palette", order=310)
class Appearance(BaseGenericSetting):
    """The theme of the site. The color is the campaign's own (its profile): messages wear it too."""

    theme = models.CharField(
        _("theme"),
        max_length=20,
        choices=Theme,
        default=Theme.AFFICHE,
        help_text=_("Change it whenever you like: your pages and their texts stay as they are."),
    )

    panels = [FieldPanel("theme"), PalettePanel(heading=_("Color"))]

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearance")

    def __str__(self) -> str:
        return str(self.get_theme_display())
