from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tenants.office.menu import PermittedMenuItem


@hooks.register("register_admin_urls")
def relations_urls() -> list[URLResolver]:
    return [path("", include("crm.relations.admin_urls"))]


@hooks.register("register_admin_menu_item")
def organisations_item() -> MenuItem:
    url = reverse("relations:organisations")
    return PermittedMenuItem(
        _("Organisations"),
        url,
        permission="people.view",
        name="organisations",
        icon_name="iso-building-2",
        order=102,
    )
