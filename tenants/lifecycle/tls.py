"""Caddy asks here before it has a certificate made (on-demand TLS): 200 for a host that is ours to show, 404 otherwise.

Before any tenant is looked for, and on any host: Caddy asks by the loopback. A known host is answered from the
process's memory. Unknown ones are what an attacker would send in thousands: so many a minute, then 429, which Caddy takes for no.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shared.ratelimit import Limit
from tenants.context import public_context
from tenants.enums import TenantState
from tenants.hosts import hosts

PATH = "/interne/tls"
UNKNOWN = Limit("tls-unknown", times=120, seconds=60)
WITHOUT_PAGE = (TenantState.PROVISIONING, TenantState.ERASED)  # suspended and closed ones have a page to show


class TlsAskMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            return self.get_response(request)
        return HttpResponse(status=_status(request.GET.get("domain", "").lower().rstrip(".")))


def _status(host: str) -> int:
    if host and host in (settings.PLATFORM_HOST, settings.MEDIA_HOST):
        return 200
    if not 0 < len(host) <= 253:
        return 404
    tenant = hosts.find(host) if settings.ROLE != "control" else None
    if tenant is not None and tenant.state not in WITHOUT_PAGE:
        return 200
    with public_context():
        return 404 if UNKNOWN.allows("all") else 429
