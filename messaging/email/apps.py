from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EmailConfig(AppConfig):
    name = "messaging.email"
    label = "email"
    verbose_name = _("E-mail")

    def ready(self) -> None:
        from crm.people.activities import register_kind  # noqa: PLC0415 -- app ready
        from crm.people.list_actions import ListAction, register_list_action  # noqa: PLC0415 -- app ready
        from crm.segments.usage import register_usage  # noqa: PLC0415 -- app ready
        from messaging.deliveries.channels import register_channel  # noqa: PLC0415 -- app ready
        from messaging.email.carrier import open_email_carrier  # noqa: PLC0415 -- app ready
        from messaging.email.queries import anything_sent, drafts_on  # noqa: PLC0415 -- app ready
        from messaging.email.readables import MESSAGES  # noqa: PLC0415 -- app ready
        from messaging.email.sending_domain import ALARM  # noqa: PLC0415 -- app ready
        from messaging.email.tasks import check_domain_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.readable import register_readable  # noqa: PLC0415 -- app ready
        from tenants.office.checklist import register_step  # noqa: PLC0415 -- app ready
        from tenants.office.settings_pages import register_settings_page  # noqa: PLC0415 -- app ready

        register_settings_page("sending:domain", _("Sending domain"))
        register_settings_page("sending:votes", _("Votes and hours"))
        on_alarm(ALARM, check_domain_task)
        register_channel("email", open_email_carrier)
        register_usage(drafts_on)
        register_readable(MESSAGES)
        register_kind("message_sent", _("Received a message"), "iso-mail", "messages", own=False)
        register_kind("message_bounced", _("A message could not be delivered"), "iso-mail-x", "messages", own=False)
        register_kind("unsubscribed", pgettext_lazy("activity", "Unsubscribed"), "iso-user-minus", "messages")
        register_kind("agreed", pgettext_lazy("activity", "Agreed to be written to"), "iso-mail", "messages")
        register_list_action(
            ListAction(
                _("Ask for their agreement"),
                "iso-mail",
                "messages:ask",
                "messages.send",
                _("Ask for their agreement"),
                is_frequent=False,
            )
        )
        register_step(
            "message",
            _("Send your first message"),
            "messages:index",
            anything_sent,
            50,
            help_text=_("Write it, look at it on a phone, send yourself a trial: nothing leaves before you say so."),
            button=_("Write a message"),
            icon="iso-mail",
        )
