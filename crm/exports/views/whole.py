"""«Your data» in the office's settings: everything that the campaign holds, for its owner."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crm.exports.forms import WholeExportForm
from crm.exports.services import ExportGone
from crm.exports.whole import ask_whole_export, standing_until, take_whole_export, whole_exports
from shared.ratelimit import Limit
from tenants.http import TenantRequest
from tenants.jobs.services import JobUnderWay
from tenants.office.access import needs
from tenants.office.confirming import confirmed, confirmed_form, typed_before

ASK = Limit("ask-whole-export", times=10, seconds=3600)


@needs("campaign.export")
@never_cache
@confirmed_form
@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: TenantRequest) -> HttpResponse:
    form = WholeExportForm(typed_before(request) or request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _ask(request, form.cleaned_data["reason"])
    now = timezone.now()
    jobs = whole_exports()
    context = {
        "form": form,
        "under_way": next((job for job in jobs if job.is_at_work), None),
        "failed": bool(jobs) and jobs[0].state == "failed",
        "standing": [(job, until) for job in jobs if (until := standing_until(job, now=now))],
        "breadcrumbs": [(reverse("office:settings"), _("Settings")), ("", _("All of your data"))],
    }
    return render(request, "exports/whole.html", context, status=422 if form.errors else 200)


@needs("campaign.export")
@never_cache
@require_safe
def whole_progress(request: TenantRequest) -> JsonResponse:
    job = next((job for job in whole_exports() if job.is_at_work), None)
    if job is None:
        return JsonResponse({"at_work": False})
    told = {"done": job.done, "total": job.total, "percent": job.percent, "seconds_left": None}
    return JsonResponse({"at_work": True, **told})


@needs("campaign.export")
@never_cache
@confirmed
@require_safe
def whole_fetch(request: TenantRequest, uuid: UUID) -> HttpResponseBase:
    try:
        address = take_whole_export(uuid=uuid, by=request.user, now=timezone.now())
    except ExportGone:
        messages.error(request, _("This export is no longer there. Ask for a new one."))
        return redirect("exports:whole")
    return redirect(address)


def _ask(request: TenantRequest, reason: str) -> HttpResponse:
    if not ASK.allows(str(request.user.pk)):
        messages.error(request, _("Too many exports within an hour: wait a little."))
        return redirect("exports:whole")
    try:
        ask_whole_export(by=request.user, reason=reason, now=timezone.now())
    except JobUnderWay:
        messages.warning(request, _("Something else is under way for this campaign. Try again when it is over."))
    return redirect("exports:whole")
