from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    name = "sitebuilder.forms"
    label = "siteforms"
    verbose_name = _("Forms")

    def ready(self) -> None:
        from crm.people.activities import register_kind  # noqa: PLC0415 -- app ready

        register_kind("recruited", _("Brought somebody along"), "iso-share-2", "site", own=False)
