from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "controlplane.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from controlplane.audit import admin  # noqa: F401, PLC0415 -- app ready
