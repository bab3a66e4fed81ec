"""Where to come back to once something else was asked first: a password, a code."""

from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_UNSENT = "unsent"


def page_wanted(request: HttpRequest) -> str:
    """This page; after a button the one that it was on, for the address of a button takes no visit."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return page_before(request) or reverse("wagtailadmin_home")


def page_before(request: HttpRequest) -> str:
    """The page of this campaign whose link or button led here; empty when the browser does not tell."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return ""
    page = urlsplit(referer)
    return urlunsplit(("", "", page.path, page.query, ""))


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """After a button: what it sent is lost, and told so. What a script sends by itself is nobody's worry."""
    if request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        keep_unsent(request)
    return redirect_to_login(page_wanted(request), reverse("wagtailadmin_login"))


def keep_unsent(request: HttpRequest) -> None:
    request.session[_UNSENT] = True


def take_unsent(request: HttpRequest) -> bool:
    """Whether something was sent in vain before signing in: told once."""
    return bool(request.session.pop(_UNSENT, False))
