from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    name = "sitebuilder.forms"
    label = "siteforms"
    verbose_name = _("Forms")

    def ready(self) -> None:
        from crm.people.asides import register_aside  # noqa: PLC0415 -- app ready
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from crm.segments.registry import register  # noqa: PLC0415 -- app ready
        from sitebuilder.forms.confirming import ALARM  # noqa: PLC0415 -- app ready
        from sitebuilder.forms.criteria import CRITERIA  # noqa: PLC0415 -- app ready
        from sitebuilder.forms.panels import RefusalCount, confirmation_aside, refusal_aside  # noqa: PLC0415 -- app ready
        from sitebuilder.forms.refusing import carry_refusals  # noqa: PLC0415 -- app ready
        from sitebuilder.forms.services import forget_people  # noqa: PLC0415 -- app ready
        from sitebuilder.forms.tasks import send_waiting_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.carrying import on_restored  # noqa: PLC0415 -- app ready
        from tenants.office.settings_pages import register_settings_aside  # noqa: PLC0415 -- app ready

        for criterion in CRITERIA:
            register(criterion)

        on_erase(forget_people)
        # Two codes: the other one stays with the empty row, and whoever comes by it is counted for the one who was kept.
        register_follower("siteforms_sharecode", unique=())
        register_follower("siteforms_confirmation")
        register_aside(confirmation_aside)
        register_aside(refusal_aside)
        register_settings_aside("donnees", RefusalCount)
        on_restored(carry_refusals)
        on_alarm(ALARM, send_waiting_task)
        self._register_kinds()

    def _register_kinds(self) -> None:
        from crm.people.activities import register_kind  # noqa: PLC0415 -- app ready

        register_kind("confirmation_asked", _("Was asked by e-mail to confirm"), "iso-mail", "site", own=False)
        register_kind("confirmed", _("Confirmed by the link in the e-mail"), "iso-badge-check", "site")
        register_kind(
            "confirmations_allowed", _("Gets confirmation mails again, as asked"), "iso-mail", "site", own=False
        )
        register_kind("recruited", _("Brought somebody along"), "iso-share-2", "site", own=False)
