import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase, UnreadablePostError
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from wagtail.contrib.redirects.middleware import RedirectMiddleware

from shared.logs import request_id
from shared.metrics import count_request
from shared.routes import current_request

SAFE_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
OFFICE = "/bureau/"
CONSOLE = "/console/"


class RequestIdMiddleware:
    """Every request has an id, in its logs and in its answer; a front server's own is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        token = request_id.set(given if SAFE_ID.match(given) else uuid.uuid4().hex)
        under_way = current_request.set(request)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
        finally:
            request_id.reset(token)
            current_request.reset(under_way)
        return response


class MetricsMiddleware:
    """Counts what was answered, by pattern and status; not there at all unless METRICS_TOKEN is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        count_request(request, response.status_code, time.perf_counter() - began)
        return response


class NulMiddleware:
    """Nobody types a NUL and PostgreSQL takes none: whatever tells one is refused before it is looked up. Files may hold them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "\0" in unquote(request.META.get("QUERY_STRING", "")):
            return self._refusal()
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        try:
            typed = request.POST.lists()
        except UnreadablePostError:  # the visitor went away
            return None
        return self._refusal() if any("\0" in text for name, values in typed for text in (name, *values)) else None

    def _refusal(self) -> HttpResponse:
        return HttpResponseBadRequest("Bad Request (400)", content_type="text/plain")


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, Wagtail's own in the office."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith(OFFICE) and not hasattr(response, "_csp_config"):
            response._csp_config = settings.OFFICE_CONTENT_SECURITY_POLICY["DIRECTIVES"]  # type: ignore[attr-defined]  # noqa: SLF001 -- what django-csp's decorators set
        return super().process_response(request, response)


class LanguageMiddleware:
    """Office: the member's language, before she has signed in her browser's. Site: the campaign's. Platform: what was chosen,
    else what the browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _language(self, request: HttpRequest) -> str:
        tenant = getattr(request, "tenant", None)
        if tenant is not None and not request.path.startswith(OFFICE):
            return str(tenant.language)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            return str(user.language)
        known = {code for code, _name in settings.LANGUAGES}
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in known:
            return chosen
        asked = (
            code.partition("-")[0]
            for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
        )
        fallback = settings.LANGUAGE_CODE if tenant is None else str(tenant.language)
        return next((code for code in asked if code in known), fallback)


class CampaignRedirectMiddleware(RedirectMiddleware):
    """Wagtail's redirects, on campaigns' hosts only: the platform has no table of them."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "tenant", None) is None:
            return response
        answer: HttpResponse = super().process_response(request, response)
        return answer
