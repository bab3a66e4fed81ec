"""The request under way as watchers may name it: its method and the pattern that it matched, never its address."""

from contextvars import ContextVar

from django.http import HttpRequest

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


def method_of(request: HttpRequest) -> str:
    return request.method if request.method in METHODS else "other"


def route_of(request: HttpRequest) -> str:
    """`bureau/personnes/<int:pk>/`; nothing when no pattern was looked for (a file, a closed campaign)."""
    match = request.resolver_match
    return str(match.route) if match else ""
