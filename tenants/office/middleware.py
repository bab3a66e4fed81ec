"""In front of every page of the office, ours and Wagtail's: a second factor that became required while a session was open."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shared.middleware import OFFICE
from tenants.office.profile import campaign_profile
from tenants.office.queries import must_enrol

# Setting it up, leaving, signing in anew, another password, and what the frame of these pages is made of.
OPEN = {
    "office_factor",
    "office_factor_set_up",
    "office_code",
    "office_enter",
    "office_first_factor",
    "office_join",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_login",
    "wagtailadmin_logout",
    "wagtailadmin_password_reset",
    "wagtailadmin_password_reset_complete",
    "wagtailadmin_password_reset_confirm",
    "wagtailadmin_password_reset_done",
    "wagtailadmin_sprite",
}


class RequiredFactorMiddleware:
    """Whoever has none is led to it, and then on to the page that she wanted; what she was sending waits in her browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if getattr(request, "tenant", None) is None or not request.path.startswith(OFFICE):
            return None
        match, user = request.resolver_match, request.user
        if (match and match.url_name in OPEN) or not user.is_authenticated:
            return None
        profile = campaign_profile()
        request.campaign_name = profile.display_name  # type: ignore[attr-defined]  # the frame shows it
        if not must_enrol(user, profile):
            return None
        is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        if request.method in ("GET", "HEAD") and is_page:
            return redirect(f"{reverse('office_factor')}?{urlencode({'next': request.get_full_path()})}")
        return render(request, "office/factor_first.html", status=403)
