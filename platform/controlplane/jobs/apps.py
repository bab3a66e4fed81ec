from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class CampaignJobsConfig(AppConfig):
    name = "controlplane.jobs"
    label = "campaign_jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from controlplane.audit.actions import register_actions  # noqa: PLC0415 -- app ready
        from controlplane.decisions import register_decisions  # noqa: PLC0415 -- app ready
        from controlplane.jobs import admin, receivers, waiting  # noqa: F401, PLC0415 -- app ready
        from tenants import bus  # noqa: PLC0415 -- app ready

        register_decisions(waiting.failed_jobs, 40)
        bus.receive("job_progressed", receivers.on_job_progressed)
        register_actions(
            {
                "job.asked": gettext_noop("Job asked for"),
                "job.retried": gettext_noop("Job asked for again"),
                "job.done": gettext_noop("Job done"),
                "job.failed": gettext_noop("Job failed"),
            }
        )
