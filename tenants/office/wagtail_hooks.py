from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks

from tenants.office.icons import icon_templates


@hooks.register("insert_global_admin_css")
def office_css() -> SafeString:
    sheets = ("office/office.css", "office/wagtail-theme.css")
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in sheets))


@hooks.register("register_icons")
def office_icons(icons: list[str]) -> list[str]:
    return [*icons, *icon_templates()]
