from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.imports.enums import ImportState
from crm.imports.models import Import
from crm.imports.services import NotADraft
from tenants.http import TenantRequest

MISSING = gettext_lazy("This import does not exist.")
Crumbs = list[tuple[str, str]]
DraftView = Callable[[TenantRequest, Import], HttpResponse]


def import_or_404(request: TenantRequest, pk: int) -> Import:
    """Of this campaign only: another one's is not in this schema."""
    run = Import.objects.select_related("created_by").filter(pk=pk).first()
    if run is None:
        raise Http404(MISSING)
    return run


def of_a_draft(view: DraftView) -> Callable[[TenantRequest, int], HttpResponse]:
    """What is none any more, after another tab or another member, leads to the report; what was deleted, to the list."""

    @wraps(view)
    def guarded(request: TenantRequest, pk: int) -> HttpResponse:
        run = Import.objects.select_related("created_by").filter(pk=pk).first()
        try:
            if run and run.state == ImportState.DRAFT:
                return view(request, run)
        except (NotADraft, Import.DoesNotExist):
            run = Import.objects.filter(pk=pk).first()
        return _elsewhere(request, run)

    return guarded


def _elsewhere(request: TenantRequest, run: Import | None) -> HttpResponse:
    if run:
        if request.method == "POST":
            messages.info(request, _("This import is no longer a draft: nothing was changed."))
        return redirect("imports:report", run.pk)
    if request.method == "POST":
        messages.info(request, _("This draft has been deleted."))
        return redirect("imports:list")
    raise Http404(MISSING)
