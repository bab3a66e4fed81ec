from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class ControlplaneConfig(AppConfig):
    name = "controlplane"
    label = "controlplane"
    verbose_name = _("Control plane")

    def ready(self) -> None:
        from controlplane import customers, receivers, waiting  # noqa: F401, PLC0415 -- app ready
        from controlplane.audit.actions import register_actions  # noqa: PLC0415 -- app ready
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
        register_actions(
            {
                "account.factor_set_up": gettext_noop("Customer’s second factor set up"),
                "account.factor_removed": gettext_noop("Customer’s second factor removed"),
                "account.factor_reset": gettext_noop("Customer’s second factor reset"),
                "account.factor_codes_renewed": gettext_noop("Customer’s recovery codes renewed"),
                "account.factor_recovery_code": gettext_noop("Account opened by a recovery code"),
            }
        )
