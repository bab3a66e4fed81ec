from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    name = "tenants.archive"
    label = "archive"
    verbose_name = _("Archives")

    def ready(self) -> None:
        from tenants.archive.kinds import register_moves  # noqa: PLC0415 -- app ready

        register_moves()
