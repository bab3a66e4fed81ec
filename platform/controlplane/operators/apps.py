from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class OperatorsConfig(AppConfig):
    name = "controlplane.operators"
    label = "operators"
    verbose_name = _("Operators")

    def ready(self) -> None:
        from controlplane.audit.actions import register_actions  # noqa: PLC0415 -- app ready
        from controlplane.operators import admin  # noqa: F401, PLC0415 -- app ready

        register_actions(
            {
                "operator.changed": gettext_noop("Operator’s rights changed"),
                "operator.codes_renewed": gettext_noop("Recovery codes renewed"),
                "operator.factor_reset": gettext_noop("Second factor reset"),
                "operator.factor_set_up": gettext_noop("Second factor set up"),
                "operator.made": gettext_noop("Operator made, or password renewed"),
                "operator.recovery_code": gettext_noop("Console entered by a recovery code"),
            }
        )
