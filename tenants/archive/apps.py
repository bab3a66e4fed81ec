from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    name = "tenants.archive"
    label = "archive"
    verbose_name = _("Archives")

    def ready(self) -> None:
        # In every role: the control plane names the kinds that it asks for.
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.exporting import ALARM  # noqa: PLC0415 -- app ready
        from tenants.archive.kinds import register_backups, register_exports, register_moves  # noqa: PLC0415 -- app ready
        from tenants.archive.tasks import expire_export_task  # noqa: PLC0415 -- app ready

        on_alarm(ALARM, expire_export_task)
        register_exports()
        register_backups()
        register_moves()
