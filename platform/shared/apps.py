from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shared.metrics import watch_tasks
from shared.reports import start_reports


class SharedConfig(AppConfig):
    name = "shared"
    label = "shared"
    verbose_name = _("Shared")

    def ready(self) -> None:
        start_reports()
        watch_tasks()
