from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "crm.access"
    label = "access"
    verbose_name = _("Access log")

    def ready(self) -> None:
        from crm.access.readables import ACCESSES  # noqa: PLC0415 -- app ready
        from crm.access.services import FORGET  # noqa: PLC0415 -- app ready
        from crm.access.tasks import forget_old_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.readable import register_readable  # noqa: PLC0415 -- app ready

        on_alarm(FORGET, forget_old_task, also_when_closed=True)  # the law does not wait
        register_readable(ACCESSES)
