from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifecycleConfig(AppConfig):
    name = "tenants.lifecycle"
    label = "tenant_lifecycle"
    verbose_name = _("Life of a tenant")

    def ready(self) -> None:
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.lifecycle import watching  # noqa: PLC0415 -- app ready
        from tenants.lifecycle.kinds import register_kinds  # noqa: PLC0415 -- app ready
        from tenants.lifecycle.states import ERASE_ALARM  # noqa: PLC0415 -- app ready
        from tenants.lifecycle.tasks import check_domain_task, erase_when_due_task  # noqa: PLC0415 -- app ready
        from tenants.reporting import on_directory  # noqa: PLC0415 -- app ready

        register_kinds()
        on_alarm(watching.ALARM, check_domain_task)
        on_directory(watching.watch_domains)
        on_alarm(ERASE_ALARM, erase_when_due_task, also_when_closed=True)
