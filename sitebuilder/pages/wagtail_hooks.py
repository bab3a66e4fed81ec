from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from sitebuilder.pages.models import HomePage
from tenants.office.access import needs
from tenants.office.checklist import register_step
from tenants.office.menu import PermittedMenuItem


@needs("site.view")
def edit_home(request: HttpRequest) -> HttpResponse:
    """One address for «the home page», whatever its number."""
    home = HomePage.objects.first()
    if home is None:
        return redirect("wagtailadmin_explore_root")
    return redirect("wagtailadmin_pages:edit", home.pk)


@hooks.register("register_admin_urls")
def site_urls() -> list[URLPattern]:
    return [path("site/accueil/", edit_home, name="site_home")]


@hooks.register("register_admin_menu_item")
def home_item() -> MenuItem:
    url = reverse("site_home")
    return PermittedMenuItem(
        _("Home page"), url, permission="site.edit", name="site-home", icon_name="iso-layout-template", order=295
    )


@hooks.register("register_admin_menu_item")
def appearance_item() -> MenuItem:
    url = reverse("wagtailsettings:edit", args=["themes", "appearance"])
    return PermittedMenuItem(
        _("Appearance"), url, permission="site.publish", name="appearance", icon_name="iso-palette", order=330
    )


@hooks.register("construct_page_action_menu")
def publish_first(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """The button that everybody looks for is the one on top; a draft is kept from the arrow beside it."""
    items.sort(key=lambda item: item.name != "action-publish")


def home_was_published() -> bool:
    """Somebody of the team published it: the starter page has no revision of its own."""
    return bool(HomePage.objects.filter(live=True, live_revision__isnull=False).exists())


register_step(
    "home",
    _("Your home page in your own words"),
    "site_home",
    home_was_published,
    30,
    help_text=_("It is online with a first text. Change the title, the message and the commitments, then publish."),
    button=_("Open the home page"),
    icon="iso-layout-template",
)
