"""The platform's public pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.plans import FREE_PLAN, PLANS, SUGGESTED_PLAN
from controlplane.models import Region
from controlplane.queries import proved_cells

YEAR = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "controlplane/home.html",
        {
            "plans": PLANS,
            "free_plan": FREE_PLAN,
            "chosen_plan": SUGGESTED_PLAN,
            "regions": Region.objects.all(),
            "canonical_url": request.build_absolute_uri(reverse("controlplane:home")),
            "card_url": request.build_absolute_uri(static("controlplane/card.png")),
        },
    )


def page(request: HttpRequest, name: str, title: str) -> HttpResponse:
    """A page of prose, written once per language: whole paragraphs are no strings."""
    language = "en" if (get_language() or "").startswith("en") else "fr"
    context = {
        "title": title,
        "prose": f"controlplane/pages/{language}/{name}.html",
        "plans": PLANS,
        "regions": Region.objects.filter(is_open=True),
        "host": settings.PLATFORM_HOST,
        "contact": settings.DEFAULT_FROM_EMAIL.partition("<")[2].rstrip(">") or settings.DEFAULT_FROM_EMAIL,
        "operator": settings.OPERATOR,
    }
    return render(request, "controlplane/page.html", context)


@require_safe
def region(request: HttpRequest, code: str) -> HttpResponse:
    """What hosting in this region means: what is declared of it, and what its cells prove."""
    found = get_object_or_404(Region, code=code, is_open=True)
    title = _("Hosted: %(country)s") % {"country": found.country_label}
    context = {"title": title, "region": found, "cells": proved_cells(found)}
    return render(request, "controlplane/region.html", context)


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return page(request, "legal", _("Legal notice"))


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return page(request, "privacy", _("Personal data"))


@require_safe
def processing(request: HttpRequest) -> HttpResponse:
    return page(request, "processing", _("Processing contract"))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return page(request, "accessibility", _("Accessibility"))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, and in the account of whoever is signed in; go back where one was."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = redirect(target)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    site_map = request.build_absolute_uri(reverse("controlplane:sitemap"))
    lines = [
        "User-agent: *",
        "Disallow: /console/",
        "Disallow: /compte/",
        "Disallow: /ouvrir/confirmer/",
        f"Sitemap: {site_map}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    names = ("home", "sign_up", "legal", "privacy", "processing", "accessibility", "status")
    addresses = [request.build_absolute_uri(reverse(f"controlplane:{name}")) for name in names]
    return render(request, "controlplane/sitemap.xml", {"addresses": addresses}, content_type="application/xml")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("shared/favicon.svg"), permanent=True)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "controlplane/not_found.html", status=404)
