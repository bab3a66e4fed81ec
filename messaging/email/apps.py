from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmailConfig(AppConfig):
    name = "messaging.email"
    label = "email"
    verbose_name = _("E-mail")

    def ready(self) -> None:
        from messaging.deliveries.channels import register_channel  # noqa: PLC0415 -- app ready
        from messaging.email.carrier import open_email_carrier  # noqa: PLC0415 -- app ready

        register_channel("email", open_email_carrier)
