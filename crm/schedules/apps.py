from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulesConfig(AppConfig):
    name = "crm.schedules"
    label = "schedules"
    verbose_name = _("Scheduled imports")

    def ready(self) -> None:
        from crm.people.tag_users import register_tag_user  # noqa: PLC0415 -- app ready
        from crm.schedules.services import LOOK, RING  # noqa: PLC0415 -- app ready
        from crm.schedules.tag_usage import files_bringing  # noqa: PLC0415 -- app ready
        from crm.schedules.tasks import look_task, ring_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready

        on_alarm(RING, ring_task)
        on_alarm(LOOK, look_task)
        register_tag_user("files", files_bringing)
