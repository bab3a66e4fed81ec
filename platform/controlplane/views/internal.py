"""What front servers ask. They keep these addresses to themselves: nothing under /interne/ is let in from outside."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from controlplane.queries import find_cell_of_host


@require_safe
def cell(request: HttpRequest) -> HttpResponse:
    """The name of the cell that serves ?domain=, in plain text."""
    name = find_cell_of_host(request.GET.get("domain", ""))
    if name is None:
        raise Http404
    return HttpResponse(name, content_type="text/plain; charset=utf-8", headers={"X-Isoloir-Cell": name})
