from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.runs.kinds import run_kind
from crm.runs.models import Run
from crm.runs.queries import RunNotFound, get_run, progress_of
from crm.runs.services import cancel_run, resume_run
from tenants.http import TenantRequest
from tenants.office.access import needs


def run_or_404(uuid: UUID, *kinds: str) -> Run:
    try:
        return get_run(uuid, *kinds)
    except RunNotFound as error:
        raise Http404 from error


@needs("people.view")
@require_GET
@never_cache
def progress(request: TenantRequest, uuid: UUID) -> JsonResponse:
    """For the script that moves the bar."""
    run = run_or_404(uuid)
    now = progress_of(run, timezone.now())
    return JsonResponse(
        {
            "at_work": run.is_at_work,
            "state": run.state,
            "done": now.done,
            "total": now.total,
            "percent": now.percent,
            "per_second": now.per_second,
            "seconds_left": now.seconds_left,
        }
    )


@needs("people.edit")
@require_POST
def stop(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = run_or_404(uuid)
    cancel_run(run=run, now=timezone.now())
    return redirect(run_kind(run.kind).url_name, run.uuid)


@needs("people.edit")
@require_POST
def resume(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = run_or_404(uuid)
    resume_run(run=run, now=timezone.now())
    return redirect(run_kind(run.kind).url_name, run.uuid)
