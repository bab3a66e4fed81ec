from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuringConfig(AppConfig):
    name = "messaging.measuring"
    label = "measuring"
    verbose_name = _("Openings and clicks")

    def ready(self) -> None:
        from crm.people.activities import register_kind  # noqa: PLC0415 -- app ready
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from crm.segments.registry import register  # noqa: PLC0415 -- app ready
        from messaging.measuring.criteria import CRITERIA  # noqa: PLC0415 -- app ready
        from messaging.measuring.forgetting import FORGET, forget_people  # noqa: PLC0415 -- app ready
        from messaging.measuring.hits import CLICKED, OPENED  # noqa: PLC0415 -- app ready
        from messaging.measuring.readables import READINGS  # noqa: PLC0415 -- app ready
        from messaging.measuring.tasks import forget_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.readable import register_readable  # noqa: PLC0415 -- app ready

        # A machine may have opened it: that is no sign of life of hers.
        register_kind(OPENED, _("Opened a message"), "iso-mail-open", "messages", own=False)
        register_kind(CLICKED, _("Clicked in a message"), "iso-mouse-pointer-click", "messages")
        register_follower("measuring_reading", unique=("mailing_id",))
        on_erase(forget_people)
        on_alarm(FORGET, forget_task, also_when_closed=True)  # the law does not wait
        register_readable(READINGS)
        for criterion in CRITERIA:
            register(criterion)
