from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class SupportConfig(AppConfig):
    name = "controlplane.support"
    label = "support"
    verbose_name = _("Help from support")

    def ready(self) -> None:
        from controlplane.audit.actions import register_actions  # noqa: PLC0415 -- app ready
        from controlplane.support import admin  # noqa: F401, PLC0415 -- app ready

        register_actions(
            {
                "support.entered": gettext_noop("Office entered by support"),
                "support.granted": gettext_noop("Support let in by the owner"),
                "support.revoked": gettext_noop("Permission of support taken back"),
            }
        )
