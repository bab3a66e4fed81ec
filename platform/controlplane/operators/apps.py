from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatorsConfig(AppConfig):
    name = "controlplane.operators"
    label = "operators"
    verbose_name = _("Operators")

    def ready(self) -> None:
        from controlplane.operators import admin  # noqa: F401, PLC0415 -- app ready
