from django.db import models
from django.utils.translation import gettext_lazy as _


class UsageLevel(models.TextChoices):
    OK = "ok", _("Within the tier")
    NEAR = "near", _("Near the limit")
    OVER = "over", _("Over the limit")
