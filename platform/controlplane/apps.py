from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ControlplaneConfig(AppConfig):
    name = "controlplane"
    label = "controlplane"
    verbose_name = _("Control plane")

    def ready(self) -> None:
        from controlplane import receivers  # noqa: PLC0415 -- app ready
        from tenants import bus  # noqa: PLC0415 -- app ready

        bus.receive("provisioning_progressed", receivers.on_provisioning_progressed)
        bus.receive("usage_reported", receivers.on_usage_reported)
        bus.receive("cell_health", receivers.on_cell_health)
        bus.receive("directory", receivers.on_directory)
        bus.receive("residency_reported", receivers.on_residency_reported)
