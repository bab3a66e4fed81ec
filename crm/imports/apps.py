from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "crm.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from crm.imports.tasks import purge_import_task, watch_import_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready

        on_alarm("imports.watch", watch_import_task)
        on_alarm("imports.purge", purge_import_task)
