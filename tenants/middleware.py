from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import override

from tenants.archive.freezing import seconds_left
from tenants.context import connection, enter, enter_public, leave, tenant_context
from tenants.enums import TenantState
from tenants.facts import TenantFacts
from tenants.hosts import hosts
from tenants.storage import StorageError
from tenants.version import schema_version

STATUS = {
    TenantState.PROVISIONING: 503,
    TenantState.SUSPENDED: 503,
    TenantState.MOVING: 503,
    TenantState.MOVED: 503,
    TenantState.CLOSED: 410,
    TenantState.ERASED: 410,
}
SAFE = ("GET", "HEAD", "OPTIONS")

# What the office needs stays where it is when the site has a domain of its own: its pages load no other host's files.
OFFICE_PATHS = ("/bureau/", "/media/", "/documents/", "/static/")


class TenantMiddleware:
    """Finds the tenant from the host name, or answers with a page that says why there is none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self._answer(request)
            there = connection.tenant
        finally:
            leave()
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = _read_in(there, response.streaming_content)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        request.tenant = None  # type: ignore[attr-defined]
        try:
            host = request.get_host().split(":")[0].lower().rstrip(".")
        except DisallowedHost:
            return self._closed_page(request, "unknown", 404)
        if host == settings.PLATFORM_HOST and settings.ROLE != "cell":
            enter_public()
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            return self.get_response(request)
        if settings.MEDIA_HOST and host == settings.MEDIA_HOST:
            return self._public_file(request)
        tenant = hosts.find(host) if settings.ROLE != "control" else None
        if tenant is None:
            return self._closed_page(request, "unknown", 404)
        if tenant.is_open and host != tenant.primary_host and _leads_elsewhere(request, host, tenant):
            return _redirect(request, tenant)
        return self._answer_for(request, tenant)

    def _answer_for(self, request: HttpRequest, tenant: TenantFacts) -> HttpResponse:
        if tenant.is_read_only:
            return self._answer_read_only(request, tenant)
        if not tenant.is_open:
            return self._closed_page(request, tenant.state, STATUS[TenantState(tenant.state)], tenant)
        if tenant.schema_version != schema_version():
            return self._closed_page(request, "maintenance", 503, tenant)
        return self._enter(request, tenant)

    def _enter(self, request: HttpRequest, tenant: TenantFacts) -> HttpResponse:
        request.tenant = tenant  # type: ignore[attr-defined]
        enter(tenant)
        return self.get_response(request)

    def _public_file(self, request: HttpRequest) -> HttpResponse:
        """Past every other middleware: no session, no language, no cookie on this host."""
        try:
            found = resolve(request.path, "tenants.urls_media")
            return found.func(request, *found.args, **found.kwargs)  # type: ignore[no-any-return]
        except Http404:
            return HttpResponseNotFound()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The bucket fails: the transaction is undone by now, and the page says that trying again is right."""
        if not isinstance(exception, StorageError):
            return None
        return self._closed_page(request, "files", 503, getattr(request, "tenant", None))

    def _answer_read_only(self, request: HttpRequest, tenant: TenantFacts) -> HttpResponse:
        """Pages are shown; what would change something is refused, and said to be so, before or by the database."""
        if request.method in SAFE and tenant.schema_version == schema_version():
            response = self._enter(request, tenant)
            if response.status_code < 500:
                return response
        left = seconds_left(tenant, now=timezone.now())
        response = self._closed_page(request, tenant.state, 503, tenant, seconds=left)
        response["Retry-After"] = str(left)
        return response

    def _closed_page(
        self,
        request: HttpRequest,
        reason: str,
        status: int,
        tenant: TenantFacts | None = None,
        *,
        seconds: int = 0,
    ) -> HttpResponse:
        leave()
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        accepted = request.headers.get("Accept-Language", "")
        with override("en" if accepted.lower().startswith("en") else "fr"):
            response = render(
                request, "tenants/closed.html", {"reason": reason, "tenant": tenant, "seconds": seconds}, status=status
            )
        response["Cache-Control"] = "no-store"
        if status == 503:
            response["Retry-After"] = "60"
        return response


def _read_in(tenant: Any, content: Any) -> Iterator[Any]:
    """A body that is made while it is sent: the server asks for it when the view, and this middleware, are long done."""
    with tenant_context(tenant):
        yield from content


def _leads_elsewhere(request: HttpRequest, host: str, tenant: TenantFacts) -> bool:
    """A former address, or one beside the primary. Forms and one-click unsubscriptions are answered where they come."""
    if request.method not in ("GET", "HEAD"):
        return False
    return host != tenant.platform_host or not request.path.startswith(OFFICE_PATHS)


def _redirect(request: HttpRequest, tenant: TenantFacts) -> HttpResponse:
    response = HttpResponsePermanentRedirect(tenant.absolute_url(request.get_full_path()))
    response["Cache-Control"] = "public, max-age=3600"  # a campaign may take its former address back
    return response
