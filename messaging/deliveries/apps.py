from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveriesConfig(AppConfig):
    name = "messaging.deliveries"
    label = "deliveries"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from crm.people.tag_users import register_tag_user  # noqa: PLC0415 -- app ready
        from crm.segments.registry import register  # noqa: PLC0415 -- app ready
        from crm.segments.usage import register_list_usage  # noqa: PLC0415 -- app ready
        from messaging.deliveries.audience import (  # noqa: PLC0415 -- app ready
            mailings_naming_tags,
            mailings_on_list,
            replace_in_mailings,
        )
        from messaging.deliveries.criteria import CRITERIA  # noqa: PLC0415 -- app ready
        from messaging.deliveries.requests import ALARM, carry_asked  # noqa: PLC0415 -- app ready
        from messaging.deliveries.tasks import erase_unanswered_task, watch_mailing_task  # noqa: PLC0415 -- app ready
        from messaging.deliveries.watching import watch_changes  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.carrying import on_restored  # noqa: PLC0415 -- app ready

        register_follower("deliveries_delivery", unique=("mailing_id",))
        for criterion in CRITERIA:
            register(criterion)
        on_alarm("deliveries.watch", watch_mailing_task)
        on_alarm(ALARM, erase_unanswered_task, also_when_closed=True)
        on_restored(carry_asked)
        register_list_usage(mailings_on_list)
        register_tag_user("mailings", mailings_naming_tags, replace=replace_in_mailings)
        watch_changes()
