"""A campaign's data in its owner's hands: exports asked for, watched, taken away, and whether it may leave its region."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from controlplane.archives.agreeing import AgreementOver, answer_agreement
from controlplane.archives.models import MoveAgreement
from controlplane.archives.queries import exports_of, standing_agreement, standing_exports
from controlplane.archives.services import ExportGone, export_address, request_export
from controlplane.audit.actors import owner
from controlplane.forms import CodeBesideForm, OwnPasswordForm
from controlplane.jobs.services import JobUnderWay
from controlplane.jobs.views import job_or_404
from controlplane.models import Campaign
from controlplane.proving import proves
from controlplane.signing_in import must_show_code, set_up_first
from controlplane.views.campaigns import campaign_or_404
from shared.ratelimit import Limit, limited
from tenants.factors.queries import has_factor
from tenants.users.models import User

ASK = Limit("ask-export", times=10, seconds=3600)
TAKE = Limit("take-export", times=10, seconds=600)
ANSWER = Limit("answer-agreement", times=20, seconds=600)


@login_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASK)
def data(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Everything that a campaign holds, in one file: what was asked for, and asking for another one."""
    campaign = campaign_or_404(request, uuid)
    now, enrolled = timezone.now(), has_factor(cast(User, request.user))
    posted = request.POST if request.method == "POST" else None
    form = CodeBesideForm(posted, asks_code=must_show_code(request, now=now))
    if request.method == "POST":
        if not enrolled:
            return set_up_first(request)
        if form.is_valid() and proves(request, form):
            return _order(request, campaign)
    context = {
        "title": _("Your data"),
        "campaign": campaign,
        "form": form,
        "enrolled": enrolled,
        "standing": standing_exports(campaign, now=now),
        "jobs": exports_of(campaign)[:10],
    }
    return render(request, "campaign_archives/data.html", context, status=422 if form.errors else 200)


def _order(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    try:
        job = request_export(campaign=campaign, by=owner(request.user), now=timezone.now())
    except JobUnderWay:
        messages.warning(request, _("Something else is under way for this campaign. Try again when it is over."))
        return redirect("controlplane:data", campaign.uuid)
    return redirect("controlplane:job", campaign.uuid, job.uuid)


@login_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(TAKE)
def take(request: HttpRequest, uuid: UUID, job_uuid: UUID) -> HttpResponse:
    """Password and second factor once more, then a link on the campaign's own host."""
    job = job_or_404(request, uuid, job_uuid)
    user = cast(User, request.user)
    if not has_factor(user):
        return set_up_first(request)
    asks_code = must_show_code(request, now=timezone.now())
    form = OwnPasswordForm(request.POST or None, user=user, asks_code=asks_code)
    if request.method == "POST" and form.is_valid() and proves(request, form):
        try:
            address = export_address(job=job, by=owner(request.user), now=timezone.now())
        except ExportGone:
            messages.warning(request, _("This export is no longer there. Ask for a new one."))
            return redirect("controlplane:data", uuid)
        return HttpResponseRedirect(address)
    context = {"title": _("Download your data"), "campaign": job.campaign, "job": job, "form": form}
    return render(request, "campaign_archives/take.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ANSWER)
def agreement(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Whether the campaign may leave its region: yes with the password, no without, and no again after a yes."""
    campaign = campaign_or_404(request, uuid)
    now = timezone.now()
    asked = standing_agreement(campaign, now=now)
    agrees = request.POST.get("answer") == "agree"
    asks_code = must_show_code(request, now=now)
    form = OwnPasswordForm(request.POST if agrees else None, user=cast(User, request.user), asks_code=asks_code)
    if request.method == "POST" and (not agrees or (form.is_valid() and proves(request, form))):
        return _answer(request, uuid, asked, agrees=agrees)
    context = {
        "title": _("Region of your data"),
        "campaign": campaign,
        "agreement": asked,
        "form": form,
        "answered": MoveAgreement.objects.filter(campaign=campaign).select_related("region")[:20],
    }
    return render(request, "campaign_archives/agreement.html", context, status=422 if form.errors else 200)


def _answer(request: HttpRequest, uuid: UUID, asked: MoveAgreement | None, *, agrees: bool) -> HttpResponse:
    said = _("You have agreed. You may take it back until the move begins.")
    if not agrees:
        said = _("Your campaign stays where it is.")
    try:
        if asked:
            answer_agreement(agreement=asked, agrees=agrees, by=owner(request.user), now=timezone.now())
    except AgreementOver:
        asked = None
    if asked:
        messages.success(request, said)
    else:
        messages.warning(request, _("There is nothing to answer any more."))
    return redirect("controlplane:agreement", uuid)
