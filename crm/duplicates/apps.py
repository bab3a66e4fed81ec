from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DuplicatesConfig(AppConfig):
    name = "crm.duplicates"
    label = "duplicates"
    verbose_name = _("Duplicates")

    def ready(self) -> None:
        from crm.duplicates import certain, finding, listening, panels, services, tasks  # noqa: PLC0415 -- app ready
        from crm.people.activities import on_activity  # noqa: PLC0415 -- app ready
        from crm.people.asides import register_aside  # noqa: PLC0415 -- app ready
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.following import on_merge  # noqa: PLC0415 -- app ready
        from crm.people.quality import register_figure  # noqa: PLC0415 -- app ready
        from crm.runs.kinds import Kind, register_run  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.entitlements import on_contacts_changed  # noqa: PLC0415 -- app ready

        page = "duplicates:run"
        register_run(Kind(services.SEARCH, _("Looking for duplicates"), finding.find_duplicates, url_name=page))
        merging = (certain.merge_certain, certain.part_certain)
        register_run(Kind(services.MERGE_CERTAIN, _("Merging the certain duplicates"), *merging, url_name=page))
        on_erase(services.forget_people)
        on_merge(services.follow_merge, on_part=services.follow_parting)
        on_alarm(listening.NEW, tasks.compare_new_task)
        on_alarm(listening.NIGHT, tasks.search_everybody_task)
        on_contacts_changed(listening.hear_contacts_changed)
        for kind in listening.KINDS:
            on_activity(kind, listening.hear_activity)
        register_figure(panels.to_review_figure, "people.merge")
        register_aside(panels.pairs_aside)
        register_aside(panels.merges_aside)
