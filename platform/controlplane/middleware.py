from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from controlplane.queries import find_cell_of_host
from shared.middleware import CONSOLE
from tenants.context import leave, public_context
from tenants.factors.queries import has_factor

PATH = "/interne/cellule"


class CellAskMiddleware:
    """Tells a front server which cell serves ?domain=, on any host name, as it asks by the loopback. 404 for a host of nobody.

    Front servers keep what is under /interne/ to themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            return self.get_response(request)
        try:
            with public_context():
                name = find_cell_of_host(request.GET.get("domain", ""))
        finally:
            leave()
        if name is None:
            return HttpResponse(status=404)
        return HttpResponse(name, content_type="text/plain; charset=utf-8", headers={"X-Isoloir-Cell": name})


class SecondFactorMiddleware:
    """On the customers' side nobody is signed in whose second factor this session has not shown, wherever she typed her password.

    The console's first step leaves a session with the password alone: it is good for the console's second step only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.tenant is None and not request.path.startswith(CONSOLE):  # type: ignore[attr-defined]
            request.user = SimpleLazyObject(partial(_who_has_shown_all, request.user))  # type: ignore[assignment]
        return self.get_response(request)


def _who_has_shown_all(user: Any) -> Any:
    owes_code = user.is_authenticated and not user.is_verified() and has_factor(user)
    return AnonymousUser() if owes_code else user
