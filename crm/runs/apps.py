from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RunsConfig(AppConfig):
    name = "crm.runs"
    label = "runs"
    verbose_name = _("Long work")

    def ready(self) -> None:
        from crm.runs.services import WATCH  # noqa: PLC0415 -- app ready
        from crm.runs.tasks import watch_run_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready

        on_alarm(WATCH, watch_run_task)
