from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "tenants.jobs"
    label = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from tenants import bus  # noqa: PLC0415 -- app ready
        from tenants.jobs import services  # noqa: PLC0415 -- app ready

        bus.receive("job_requested", services.accept_job_request)
