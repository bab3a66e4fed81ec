from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from billing import reporting  # noqa: PLC0415 -- app ready
        from billing.tasks import report_usage_task  # noqa: PLC0415 -- app ready
        from crm.people.activities import on_activity  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.entitlements import on_contacts_changed  # noqa: PLC0415 -- app ready
        from tenants.reporting import on_directory  # noqa: PLC0415 -- app ready

        on_alarm(reporting.ALARM, report_usage_task)
        on_activity("*", reporting.ask_after_activity)
        on_contacts_changed(reporting.ask_for_report)
        on_directory(reporting.ask_for_report)
