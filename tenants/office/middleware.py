"""Around every page of the office, ours and Wagtail's: what no view of its own could say.

A second factor that became required while a session was open; a button that was pressed after one had ended.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shared.middleware import OFFICE
from tenants.office.coming_back import sign_in_first
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


class ButtonMiddleware:
    """The address of a button takes no visit: signing in leads to the page that the button was on, a visit to one that says so.

    Here and not in `needs`: Wagtail guards most addresses of the office before any view of ours is asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "tenant", None) is None or not request.path.startswith(OFFICE):
            return response
        if request.method == "POST" and response.status_code == 302 and response["Location"] == _door_to(request):
            return sign_in_first(request)
        if request.method == "GET" and response.status_code == 405:
            page = render(request, "office/405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response


def _door_to(request: HttpRequest) -> str:
    return redirect_to_login(request.get_full_path(), reverse("wagtailadmin_login")).url


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
