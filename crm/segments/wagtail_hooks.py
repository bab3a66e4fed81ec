from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tenants.users.permissions import can


class SegmentsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return can(request.user, "segments.view")


@hooks.register("register_admin_urls")
def segment_urls() -> list[URLPattern | URLResolver]:
    return [path("tris/", include("crm.segments.urls"))]


@hooks.register("register_admin_menu_item")
def segments_menu_item() -> MenuItem:
    return SegmentsMenuItem(_("Segments"), reverse("segments:list"), name="segments", icon_name="iso-filter", order=110)
