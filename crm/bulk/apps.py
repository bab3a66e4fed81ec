from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulkConfig(AppConfig):
    name = "crm.bulk"
    label = "bulk"
    verbose_name = _("Bulk actions")

    def ready(self) -> None:
        from crm.bulk import working  # noqa: PLC0415 -- app ready
        from crm.bulk.services import KIND, forget_people  # noqa: PLC0415 -- app ready
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from crm.people.list_actions import ListAction, Past, register_list_action  # noqa: PLC0415 -- app ready
        from crm.runs.kinds import Kind, register_run  # noqa: PLC0415 -- app ready

        register_run(Kind(KIND, _("Bulk action"), working.act, working.take_back, url_name="bulk:report"))
        register_list_action(
            ListAction(
                _("With all of them"),
                "iso-list-checks",
                "bulk:choose",
                "people.edit",
                _("Do more with them"),
                Past(_("Bulk actions"), "bulk:list"),
            )
        )
        on_erase(forget_people)
        register_follower("bulk_bulkchange", unique=("run_id",))
        register_follower("bulk_bulktarget", unique=("run_id",))
