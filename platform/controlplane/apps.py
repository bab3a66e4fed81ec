from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ControlplaneConfig(AppConfig):
    name = "controlplane"
    label = "controlplane"
    verbose_name = _("Control plane")
