from typing import Any

from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from crm.imports.panels import ToDecidePanel
from tenants.http import TenantRequest
from tenants.office.menu import PermittedMenuItem


@hooks.register("register_admin_urls")
def import_urls() -> list[URLResolver]:
    return [path("", include("crm.imports.admin_urls"))]


@hooks.register("register_admin_menu_item")
def import_item() -> MenuItem:
    return PermittedMenuItem(
        _("Imports"),
        reverse("imports:list"),
        permission="imports.view",
        name="imports",
        icon_name="iso-upload",
        order=120,
    )


@hooks.register("construct_homepage_panels")
def to_decide_panel(request: TenantRequest, panels: list[Any]) -> None:
    panels.append(ToDecidePanel())
