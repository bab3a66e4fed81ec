from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatusConfig(AppConfig):
    name = "controlplane.status"
    label = "status"
    verbose_name = _("State of the service")

    def ready(self) -> None:
        from controlplane.status import admin  # noqa: F401, PLC0415 -- app ready
