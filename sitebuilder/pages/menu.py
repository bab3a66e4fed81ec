"""Brand, menu and footer of the current campaign."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sitebuilder.pages.models import HomePage, LegalNoticePage, PrivacyPage, ThanksPage
from sitebuilder.pages.outage import remember_look
from sitebuilder.themes.chrome import Chrome, Link
from sitebuilder.themes.queries import current_look
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile


def site_chrome(request: HttpRequest, page: Any = None) -> Chrome:
    tenant, look = require_tenant(), current_look()
    remember_look(look)
    home = HomePage.objects.live().first()
    here = page if isinstance(page, HomePage) else None
    return Chrome(
        look=look,
        profile=campaign_profile(),
        language=tenant.language,
        menu=tuple(_menu(request, home, page, is_home=here is not None)) if home else (),
        legal_links=tuple(_legal_links(request, page)),
        join_url=getattr(page, "join_anchor", "") or reverse("signup"),
        thanks_url=_url(ThanksPage.objects.live().first(), request),
        origin=tenant.absolute_url(""),
    )


def _menu(request: HttpRequest, home: HomePage, page: Any, *, is_home: bool) -> list[Link]:
    links = [
        Link(block.value["menu"], f"{'' if is_home else '/'}#{block.value.anchor}")
        for block in (page if is_home else home).body
        if block.value.get("menu")
    ]
    pages = home.get_children().live().in_menu()
    return [*links, *(_link(request, child, page) for child in pages)]


def _legal_links(request: HttpRequest, page: Any) -> list[Link]:
    found = [model.objects.live().first() for model in (LegalNoticePage, PrivacyPage)]
    here = reverse("places")
    data = Link(_("Where is my data?"), here, is_current=request.path == here)
    return [*(_link(request, one, page) for one in found if one), data]


def _url(page: Any, request: HttpRequest) -> str:
    return (page.get_url(request) if page else None) or "/"


def _link(request: HttpRequest, target: Any, page: Any) -> Link:
    return Link(target.title, _url(target, request), is_current=getattr(page, "pk", None) == target.pk)
