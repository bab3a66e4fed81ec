"""How many there are, the certain ones at once, and the searches."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.duplicates import services
from crm.duplicates.forms import CertainForm
from crm.duplicates.models import DuplicatePair
from crm.duplicates.queries import COUNTED, count_to_review
from crm.people.views.loading import crumbs
from crm.runs.models import Run
from crm.runs.queries import progress_of
from crm.runs.services import CannotUndo, undo_run
from crm.runs.views import run_or_404
from tenants.http import TenantRequest
from tenants.office.access import needs

SHOWN = 20  # the likeliest: the review leads through all of them
CERTAIN_SHOWN = 50
TO_TYPE = 20  # from so many on, the number is typed


@needs("people.merge")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    last = Run.objects.of_kind(services.SEARCH).exclude(parameters__only_new=True).first()
    context = {
        "breadcrumbs": crumbs(("", _("Duplicates"))),
        "pairs": list(DuplicatePair.objects.to_review().select_related("first", "second")[:SHOWN]),
        "count": count_to_review(),
        "most": COUNTED,
        "certain": DuplicatePair.objects.certain()[:COUNTED].count(),
        "later": DuplicatePair.objects.alive().filter(state="later")[:COUNTED].count(),
        "last": last,
        "merging": Run.objects.of_kind(services.MERGE_CERTAIN).first(),
        "progress": progress_of(last, timezone.now()) if last and last.is_at_work else None,
        "run": last,
        "may_stop": True,
    }
    return render(request, "duplicates/index.html", context)


@needs("people.merge")
@require_POST
def search(request: TenantRequest) -> HttpResponse:
    services.start_search(by=request.user.pk, now=timezone.now())
    return redirect("duplicates:index")


@needs("people.merge")
@require_http_methods(["GET", "POST"])
def merge_certain(request: TenantRequest) -> HttpResponse:
    """Those that leave no doubt, shown first, then merged in a worker."""
    certain = DuplicatePair.objects.certain()
    count = certain.count()
    if not count:
        return redirect("duplicates:index")
    form: Any = CertainForm(request.POST or None, count=count) if count >= TO_TYPE else None
    if request.method == "POST" and (form is None or form.is_valid()):
        run = services.start_merging_certain(by=request.user.pk, now=timezone.now())
        return redirect("duplicates:run", run.uuid)
    context = {
        "breadcrumbs": crumbs((reverse("duplicates:index"), _("Duplicates")), ("", _("The certain ones"))),
        "pairs": list(certain.select_related("first", "second")[:CERTAIN_SHOWN]),
        "count": count,
        "form": form,
    }
    return render(request, "duplicates/certain.html", context, status=422 if form and form.errors else 200)


@needs("people.merge")
@require_GET
def run_report(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = run_or_404(uuid, services.SEARCH, services.MERGE_CERTAIN)
    if run.kind == services.SEARCH:
        return redirect("duplicates:index")
    context = {
        "breadcrumbs": crumbs(
            (reverse("duplicates:index"), _("Duplicates")), ("", _("Merging the certain duplicates"))
        ),
        "run": run,
        "progress": progress_of(run, timezone.now()),
        "may_stop": True,
        "counts": run.result.get("counts", {}),
        "parted": run.result.get("parted", {}),
    }
    return render(request, "duplicates/run.html", context)


@needs("people.merge")
@require_POST
def undo(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = run_or_404(uuid, services.MERGE_CERTAIN)
    try:
        undo_run(run=run, now=timezone.now())
    except CannotUndo:
        messages.error(request, _("This cannot be undone."))
    return redirect("duplicates:run", run.uuid)
