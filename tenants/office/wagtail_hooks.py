from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page, Site

from tenants.http import TenantRequest
from tenants.office.icons import icon_templates
from tenants.office.menu import PeopleSearchArea, PermittedMenuItem, address_of_people, arranged
from tenants.office.panels import PlanPanel


@hooks.register("insert_global_admin_css")
@cache
def office_css() -> SafeString:
    sheets = ("office/office.css", "office/wagtail-theme.css")
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in sheets))


@hooks.register("register_icons")
def office_icons(icons: list[str]) -> list[str]:
    return [*icons, *icon_templates()]


@hooks.register("register_admin_urls")
def office_urls() -> list[URLResolver]:
    return [path("", include("tenants.office.admin_urls"))]


@hooks.register("register_admin_menu_item")
def dashboard_item() -> MenuItem:
    return MenuItem(_("Dashboard"), reverse("wagtailadmin_home"), name="dashboard", icon_name="iso-house", order=10)


@hooks.register("register_admin_menu_item")
def settings_item() -> MenuItem:
    url = reverse("office:settings")
    return PermittedMenuItem(
        _("Settings"), url, permission="settings.edit", name="campaign", icon_name="iso-settings", order=900
    )


@hooks.register("register_admin_menu_item")
def team_item() -> MenuItem:
    url = reverse("office:team")
    return PermittedMenuItem(
        _("Team"), url, permission="team.view", name="team", icon_name="iso-users-round", order=910
    )


@hooks.register("register_admin_search_area")
def people_search() -> PeopleSearchArea:
    return PeopleSearchArea(_("People"), address_of_people(), name="people", icon_name="iso-users", order=1)


@hooks.register("construct_main_menu", order=1000)
def arrange_menu(request: TenantRequest, items: list[Any]) -> None:
    items[:] = arranged(items)


@hooks.register("construct_homepage_panels", order=-1000)
def drop_wagtails_panels(request: TenantRequest, panels: list[Any]) -> None:
    panels[:] = [panel for panel in panels if not type(panel).__module__.startswith("wagtail.")]


@hooks.register("construct_homepage_panels")
def plan_panel(request: TenantRequest, panels: list[Any]) -> None:
    panels.append(PlanPanel())


@hooks.register("construct_homepage_summary_items")
def no_summary(request: TenantRequest, items: list[Any]) -> None:
    items[:] = []


@hooks.register("before_delete_page")
def keep_home_pages(request: TenantRequest, page: Page) -> HttpResponse | None:
    """Deleting a site's first page would delete the site with it, and every page of the office would fail."""
    if not _is_home(page):
        return None
    messages.error(request, gettext("The home page cannot be deleted: the site stands on it. You can unpublish it."))
    return redirect("wagtailadmin_explore", page.pk)


@hooks.register("before_bulk_action")
def keep_home_pages_in_bulk(request: Any, action_type: str, objects: list[Any], action: Any) -> HttpResponse | None:
    if action_type != "delete" or not any(isinstance(one, Page) and _is_home(one) for one in objects):
        return None
    messages.error(request, gettext("The home page cannot be deleted: the site stands on it. You can unpublish it."))
    return redirect("wagtailadmin_explore_root")


def _is_home(page: Page) -> bool:
    """The page itself, or one that holds it, is where a site starts."""
    roots = Site.objects.values_list("root_page__path", flat=True)
    return any(path.startswith(page.path) for path in roots)
