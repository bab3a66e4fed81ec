from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidencyConfig(AppConfig):
    name = "tenants.residency"
    label = "residency"
    verbose_name = _("Residency")

    def ready(self) -> None:
        from tenants.preparing import register_preparation  # noqa: PLC0415 -- app ready
        from tenants.residency.services import guard_preparation, tag_database  # noqa: PLC0415 -- app ready
        from tenants.residency.starting import watch_celery  # noqa: PLC0415 -- app ready

        register_preparation(guard=guard_preparation, step=tag_database)
        watch_celery()
