from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class FleetConfig(AppConfig):
    name = "controlplane.fleet"
    label = "fleet"
    verbose_name = _("Fleet")

    def ready(self) -> None:
        from controlplane.audit.actions import register_actions  # noqa: PLC0415 -- app ready
        from controlplane.fleet import admin, receivers  # noqa: F401, PLC0415 -- app ready
        from tenants import bus  # noqa: PLC0415 -- app ready

        bus.receive("migration_progressed", receivers.on_migration_progressed)
        register_actions(
            {
                "fleet.retried": gettext_noop("Migration asked for again"),
                "fleet.canary_named": gettext_noop("Named a canary of upgrades"),
                "fleet.canary_dropped": gettext_noop("No longer a canary of upgrades"),
            }
        )
