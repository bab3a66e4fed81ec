from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "sitebuilder.pages"
    label = "pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from sitebuilder.pages.menu import site_chrome  # noqa: PLC0415 -- app ready
        from sitebuilder.pages.readables import PAGES  # noqa: PLC0415 -- app ready
        from sitebuilder.pages.seeds import allow_appearance, replace_wagtail_welcome  # noqa: PLC0415 -- app ready
        from sitebuilder.pages.starter import create_starter_pages, follow_address  # noqa: PLC0415 -- app ready
        from sitebuilder.pages.watching import watch_changes  # noqa: PLC0415 -- app ready
        from sitebuilder.themes.chrome import register_chrome  # noqa: PLC0415 -- app ready
        from tenants.addresses import on_address_changed  # noqa: PLC0415 -- app ready
        from tenants.archive.readable import register_readable  # noqa: PLC0415 -- app ready
        from tenants.provisioning import register_step  # noqa: PLC0415 -- app ready
        from tenants.template import register_seed  # noqa: PLC0415 -- app ready

        register_chrome(site_chrome)
        register_readable(PAGES)
        register_seed(replace_wagtail_welcome, order=50)
        register_seed(allow_appearance, order=51)  # after the office's groups
        register_step(key="pages", label=_("Starter pages"), run=create_starter_pages, order=50)
        on_address_changed(follow_address)
        watch_changes()
