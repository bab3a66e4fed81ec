from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RelationsConfig(AppConfig):
    name = "crm.relations"
    label = "relations"
    verbose_name = _("Relations")

    def ready(self) -> None:
        from crm.people.asides import register_section  # noqa: PLC0415 -- app ready
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.list_columns import register_list_column  # noqa: PLC0415 -- app ready
        from crm.relations.columns import LIST_COLUMNS  # noqa: PLC0415 -- app ready
        from crm.relations.criteria import CRITERIA  # noqa: PLC0415 -- app ready
        from crm.relations.merging import FORGET  # noqa: PLC0415 -- app ready
        from crm.relations.panels import relations_section  # noqa: PLC0415 -- app ready
        from crm.relations.readables import READABLES  # noqa: PLC0415 -- app ready
        from crm.relations.services import forget_people  # noqa: PLC0415 -- app ready
        from crm.relations.tasks import forget_merge_task  # noqa: PLC0415 -- app ready
        from crm.segments.registry import register  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.readable import register_readable  # noqa: PLC0415 -- app ready

        register_section(relations_section)
        on_erase(forget_people)
        on_alarm(FORGET, forget_merge_task, also_when_closed=True)
        for column in LIST_COLUMNS:
            register_list_column(column)
        for criterion in CRITERIA:
            register(criterion)
        for readable in READABLES:
            register_readable(readable)
        _register_followers()
        _register_tags()
        _register_kinds()


def _register_followers() -> None:
    from crm.people.following import register_follower  # noqa: PLC0415 -- app ready

    register_follower("relations_affiliation", unique=("organisation_id", "kind"))
    register_follower("relations_relation", unique=("kind", "other_id"))
    register_follower("relations_relation", "other_id", unique=("kind", "person_id"))
    register_follower("relations_householdmember", unique=())


def _register_tags() -> None:
    from crm.people.tag_users import register_tag_user  # noqa: PLC0415 -- app ready
    from crm.relations import tagging  # noqa: PLC0415 -- app ready

    register_tag_user(
        "organisations",
        tagging.organisations_carrying,
        replace=tagging.replace_on_organisations,
        forget=tagging.forget_on_organisations,
    )


def _register_kinds() -> None:
    from crm.people.activities import register_kind  # noqa: PLC0415 -- app ready

    register_kind("household_noted", _("Household noted"), "iso-house", "relations", own=False)
    register_kind("recruiter_noted", _("Recruiter noted"), "iso-user-plus", "relations", own=False)
    register_kind("point_person_noted", _("Point person noted"), "iso-user-check", "relations", own=False)
    register_kind("affiliated", _("Linked to an organisation"), "iso-building-2", "relations", own=False)
    register_kind("relation_ended", _("A relation ended"), "iso-unlink", "relations", own=False)
