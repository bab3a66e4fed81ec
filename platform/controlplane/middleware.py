from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from controlplane.queries import find_cell_of_host
from tenants.context import leave, public_context

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
