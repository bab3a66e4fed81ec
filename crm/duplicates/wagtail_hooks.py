from typing import Any

from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from crm.duplicates.panels import DuplicatesPanel
from tenants.http import TenantRequest
from tenants.office.menu import PermittedMenuItem
from tenants.users.permissions import can


@hooks.register("register_admin_urls")
def duplicate_urls() -> list[URLResolver]:
    return [path("doublons/", include("crm.duplicates.admin_urls"))]


@hooks.register("register_admin_menu_item")
def duplicates_item() -> MenuItem:
    url = reverse("duplicates:index")
    return PermittedMenuItem(
        _("Duplicates"), url, permission="people.merge", name="duplicates", icon_name="iso-merge", order=105
    )


@hooks.register("construct_homepage_panels")
def duplicates_panel(request: TenantRequest, panels: list[Any]) -> None:
    if can(request.user, "people.merge"):
        panels.append(DuplicatesPanel())
