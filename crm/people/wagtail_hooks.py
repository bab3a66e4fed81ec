from typing import Any

from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from crm.people.panels import GainedPanel, QualityPanel, ReachPanel
from tenants.http import TenantRequest
from tenants.office.menu import PermittedMenuItem
from tenants.users.permissions import can


@hooks.register("register_admin_urls")
def people_urls() -> list[URLResolver]:
    return [path("personnes/", include("crm.people.admin_urls"))]


@hooks.register("register_admin_menu_item")
def people_item() -> MenuItem:
    url = reverse("people:list")
    return PermittedMenuItem(
        _("People"), url, permission="people.view", name="people", icon_name="iso-users", order=100
    )


@hooks.register("construct_homepage_panels")
def people_panels(request: TenantRequest, panels: list[Any]) -> None:
    if can(request.user, "people.view"):
        panels += [GainedPanel(), ReachPanel(), QualityPanel()]
