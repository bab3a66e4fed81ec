from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    OWNER = "owner", _("Owner")
    OPERATOR = "operator", _("Operator")
    SYSTEM = "system", _("The platform by itself")
