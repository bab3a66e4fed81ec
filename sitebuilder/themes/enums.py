from django.db import models
from django.utils.translation import gettext_lazy as _


class Theme(models.TextChoices):
    """One set of tokens each, over the same blocks: a campaign changes its mind without losing a page."""

    AFFICHE = "affiche", _("Affiche: a poster, huge headings, full color")
    TRACT = "tract", _("Tract: a leaflet, white, serif headings")
    QUARTIER = "quartier", _("Quartier: warm and local, rounded cards")
