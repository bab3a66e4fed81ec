from typing import Any

from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from messaging.email.panels import LastMessagePanel
from tenants.http import TenantRequest
from tenants.office.menu import PermittedMenuItem
from tenants.users.permissions import can


@hooks.register("register_admin_urls")
def office_urls() -> list[URLResolver]:
    return [path("messages/", include("messaging.email.office_urls"))]


@hooks.register("register_admin_urls", order=-10)  # before the office's own sections, which take any word
def settings_urls() -> list[URLResolver]:
    return [path("reglages/", include("messaging.email.settings_urls"))]


@hooks.register("register_admin_menu_item")
def messages_item() -> PermittedMenuItem:
    return PermittedMenuItem(
        _("Messages"),
        reverse("messages:index"),
        permission="messages.view",
        name="messages",
        icon_name="iso-mail",
        order=200,
    )


@hooks.register("construct_homepage_panels")
def last_message(request: TenantRequest, panels: list[Any]) -> None:
    if can(request.user, "messages.view"):
        panels.append(LastMessagePanel())
