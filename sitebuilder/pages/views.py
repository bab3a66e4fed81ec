from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views import defaults
from django.views.decorators.http import require_safe
from wagtail.models import Page

from sitebuilder.pages import places
from sitebuilder.pages.cards import draw_card
from sitebuilder.pages.models import PrivacyPage
from sitebuilder.pages.outage import last_look
from sitebuilder.pages.pagecache import keep
from sitebuilder.themes.palette import INK, palette_for
from sitebuilder.themes.queries import current_look
from sitebuilder.themes.stylesheet import stylesheet, stylesheet_version
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile

YEAR = "public, max-age=31536000, immutable"
HOUR = "public, max-age=3600"
OFFICE = "/bureau/"


@require_safe
def theme_stylesheet(request: HttpRequest) -> HttpResponse:
    look = current_look()
    response = HttpResponse(stylesheet(look.theme, look.color), content_type="text/css; charset=utf-8")
    is_current = request.GET.get("v") == stylesheet_version(look.theme, look.color)
    response["Cache-Control"] = YEAR if is_current else "public, no-cache"
    keep(response)
    return response


@require_safe
def site_icon(request: HttpRequest) -> HttpResponse:
    palette = palette_for("affiche", current_look().color)
    surface = palette.tokens.get("--hue", palette.color)
    context = {"surface": surface, "ink": palette.tokens.get("--hue-fg", str(INK))}
    response = render(request, "pages/icon.svg", context, content_type="image/svg+xml")
    response["Cache-Control"] = HOUR
    keep(response)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /bureau/", "Disallow: /courrier/", "Disallow: /inscription/"]
    lines.append(f"Sitemap: {require_tenant().absolute_url('/sitemap.xml')}")
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    keep(response)
    return response


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    pages = Page.objects.live().public().filter(depth__gt=1).exclude(content_type__model="thankspage")
    origin = require_tenant().absolute_url("")
    places = [(origin + (page.get_url(request) or "/"), page.last_published_at) for page in pages]
    response = render(request, "pages/sitemap.xml", {"places": places}, content_type="application/xml")
    keep(response)
    return response


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Leads to the privacy page, wherever the campaign put it."""
    page = PrivacyPage.objects.live().first()
    if page is None:
        raise Http404
    return HttpResponseRedirect(page.get_url(request) or "/")


@require_safe
def where_is_my_data(request: HttpRequest) -> HttpResponse:
    """The places of this campaign's data, from the cell's last proof."""
    tenant = require_tenant()
    context = {
        "title": _("Where is my data?"),
        "intro": _("Every place where data of %(name)s is kept, who keeps it, and when it was checked.")
        % {"name": campaign_profile().display_name},
        "sections": places.sections(tenant=tenant),
        "page_url": tenant.absolute_url(request.path),
    }
    response = render(request, "pages/places_page.html", context)
    keep(response)
    return response


@require_safe
def share_card(request: HttpRequest, page_id: int) -> HttpResponse:
    page = Page.objects.live().public().filter(pk=page_id, depth__gt=1).first()
    if page is None:
        raise Http404
    profile = campaign_profile()
    is_home = page.depth == 2
    title = (profile.tagline or profile.display_name) if is_home else page.title
    look = current_look()
    png = draw_card(title=title, name=profile.display_name, theme=look.theme, color=look.color)
    response = HttpResponse(png, content_type="image/png")
    response["Cache-Control"] = HOUR
    keep(response)
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(OFFICE):
        return render(request, "wagtailadmin/404.html", status=404)
    return render(request, "pages/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """In the campaign's theme, and without a question to the database: it may be what failed."""
    tenant = getattr(request, "tenant", None)
    look = last_look() if tenant and not request.path.startswith(OFFICE) else None
    if tenant is None or look is None:
        return defaults.server_error(request)
    with override(tenant.language):
        page = render_to_string("pages/500.html", {"look": look, "name": tenant.name, "language": tenant.language})
    response = HttpResponse(page, status=500)
    response["Cache-Control"] = "no-store"
    return response
