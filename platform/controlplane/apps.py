from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ControlplaneConfig(AppConfig):
    name = "controlplane"
    label = "controlplane"
    verbose_name = _("Control plane")

    def ready(self) -> None:
        from controlplane import receivers, waiting  # noqa: PLC0415 -- app ready
        from controlplane.decisions import register_decisions  # noqa: PLC0415 -- app ready
        from tenants import bus  # noqa: PLC0415 -- app ready

        register_decisions(waiting.alarms, 10)
        register_decisions(waiting.openings, 30)
        register_decisions(waiting.full_campaigns, 90)
        bus.receive("provisioning_progressed", receivers.on_provisioning_progressed)
        bus.receive("usage_reported", receivers.on_usage_reported)
        bus.receive("cell_health", receivers.on_cell_health)
        bus.receive("directory", receivers.on_directory)
        bus.receive("residency_reported", receivers.on_residency_reported)
