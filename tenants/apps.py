from celery.signals import task_prerun
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    label = "tenants"
    verbose_name = _("Tenants")

    def ready(self) -> None:
        from shared.metrics import register_reading  # noqa: PLC0415 -- app ready
        from tenants import bus, probes, services  # noqa: PLC0415 -- app ready
        from tenants.cache import check_caches  # noqa: PLC0415 -- app ready
        from tenants.contenttypes import install_schema_cache  # noqa: PLC0415 -- app ready
        from tenants.guard import install_guard  # noqa: PLC0415 -- app ready
        from tenants.roles import check_role  # noqa: PLC0415 -- app ready
        from tenants.tasking import start_in_nobodys_schema  # noqa: PLC0415 -- app ready

        task_prerun.connect(start_in_nobodys_schema, dispatch_uid="tenants.tasking")
        register(check_caches)
        register(check_role)
        install_schema_cache()
        install_guard()
        register_reading("queue_depth", "Messages that wait in the broker", "queue", probes.queue_depths)
        if settings.ROLE != "control":
            register_reading("alarms_due", "Work for later that is due and not begun", "", probes.alarms_due)
        bus.receive("provision", services.accept_provision_request)
        bus.receive("migration_requested", services.accept_migration_request)
        bus.receive("limits_changed", services.apply_limits)
        bus.receive("canary_named", services.apply_canary)
