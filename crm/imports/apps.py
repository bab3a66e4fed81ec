from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "crm.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from crm.imports.criteria import CRITERIA  # noqa: PLC0415 -- app ready
        from crm.imports.forgetting import forget_people  # noqa: PLC0415 -- app ready
        from crm.imports.listing import find_group, read_group  # noqa: PLC0415 -- app ready
        from crm.imports.queries import has_imported  # noqa: PLC0415 -- app ready
        from crm.imports.tasks import purge_import_task, watch_import_task  # noqa: PLC0415 -- app ready
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from crm.people.groups import GroupFilter, register_group_filter  # noqa: PLC0415 -- app ready
        from crm.segments.registry import register  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.office.checklist import register_step  # noqa: PLC0415 -- app ready

        on_erase(forget_people)
        register_follower("imports_updatedperson", unique=("import_run_id",))
        for criterion in CRITERIA:
            register(criterion)
        register_group_filter(GroupFilter("import", _("Import"), "imports.view", find_group, read_group))
        on_alarm("imports.watch", watch_import_task)
        on_alarm("imports.purge", purge_import_task, also_when_closed=True)
        register_step(
            "import",
            _("Import your contacts"),
            "imports:list",
            has_imported,
            30,
            help_text=_(
                "From Excel, NationBuilder or another tool. Columns are recognized, and everything can be undone for 30 days."
            ),
            button=_("Choose a file"),
            icon="iso-upload",
        )
