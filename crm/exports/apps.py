from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExportsConfig(AppConfig):
    name = "crm.exports"
    label = "exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        from crm.access.naming import name_exports_by  # noqa: PLC0415 -- app ready
        from crm.exports import services, tasks, wording, writing  # noqa: PLC0415 -- app ready
        from crm.people.list_actions import ListAction, Past, register_list_action  # noqa: PLC0415 -- app ready
        from crm.runs.kinds import Kind, register_run  # noqa: PLC0415 -- app ready
        from crm.segments.actions import SegmentAction, register_segment_action  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready

        register_run(
            Kind(services.EXPORT, pgettext_lazy("noun", "Export"), writing.write_export, url_name="exports:report")
        )
        name_exports_by(wording.told_of)
        on_alarm(services.DELETE, tasks.delete_export_task)
        register_segment_action(SegmentAction(_("Export"), "iso-download", "exports:new", "people.export"))
        past = Past(_("Exports"), "exports:list")
        register_list_action(
            ListAction(_("Export"), "iso-download", "exports:new", "people.export", _("Export them"), past)
        )
