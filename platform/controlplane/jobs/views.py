"""The page of a job, for the campaign's owner: an address that can be closed and opened again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from controlplane.audit.actors import owner
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.queries import owner_may_retry
from controlplane.jobs.services import JobUnderWay, retry_campaign_job
from controlplane.jobs.shown import job_shown
from controlplane.views.campaigns import campaign_or_404
from shared.ratelimit import Limit, limited

RETRY = Limit("retry-job", times=10, seconds=600)


def job_or_404(request: HttpRequest, uuid: UUID, job_uuid: UUID) -> CampaignJob:
    """The job if it is of the visitor's own campaign; anybody else's does not exist."""
    own = CampaignJob.objects.select_related("campaign").filter(campaign=campaign_or_404(request, uuid))
    return get_object_or_404(own, uuid=job_uuid)


@login_required
@require_safe
@never_cache
def job(request: HttpRequest, uuid: UUID, job_uuid: UUID) -> HttpResponse:
    found = job_or_404(request, uuid, job_uuid)
    context = {"title": found.label, **_context(found)}
    return render(request, "campaign_jobs/job.html", context)


def _context(found: CampaignJob) -> dict[str, Any]:
    shown = job_shown(found, now=timezone.now())
    return {"campaign": found.campaign, "shown": shown, "may_retry": owner_may_retry(found)}


@login_required
@require_safe
@never_cache
def job_progress(request: HttpRequest, uuid: UUID, job_uuid: UUID) -> JsonResponse:
    """What has changed since, for the page's script: the same drawing, made by the same template."""
    found = job_or_404(request, uuid, job_uuid)
    context = _context(found)
    html = render_to_string("campaign_jobs/job_steps.html", context, request)
    return JsonResponse({"html": html, "moving": context["shown"].is_moving})


@login_required
@require_POST
@limited(RETRY)
def job_retry(request: HttpRequest, uuid: UUID, job_uuid: UUID) -> HttpResponse:
    found = job_or_404(request, uuid, job_uuid)
    if found.is_failed and not owner_may_retry(found):
        raise PermissionDenied
    try:
        retry_campaign_job(job=found, by=owner(request.user), now=timezone.now())
    except JobUnderWay:
        messages.warning(request, _("Something else is under way for this campaign. Try again when it is over."))
    return redirect("controlplane:job", uuid, job_uuid)
