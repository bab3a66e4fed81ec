from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "tenants.letters"
    label = "letters"
    verbose_name = _("Dead letters")

    def ready(self) -> None:
        from tenants import bus  # noqa: PLC0415 -- app ready
        from tenants.letters.services import keep_letter  # noqa: PLC0415 -- app ready

        bus.on_dead_letter(keep_letter)
