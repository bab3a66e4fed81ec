from django.db import models
from django.utils.translation import gettext_lazy as _


class SuspensionReason(models.TextChoices):
    """Why a campaign is suspended, in words that its owner reads. No free text: it would soon hold names."""

    PAYMENT = "payment", _("An invoice is not paid.")
    TERMS = "terms", _("What was sent or published breaks the terms of use.")
    COURT = "court", _("A court or an authority has ordered it.")
    SECURITY = "security", _("Somebody else seems to have entered: it is closed to protect the data.")
    ASKED = "asked", _("You asked for it.")
