"""A customer's campaigns: their opening, their plan, the way into their office."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.plans import PLANS, get_plan
from billing.queries import get_subscription
from controlplane.audit.actors import owner
from controlplane.forms import PlanForm
from controlplane.lifecycle.queries import life_of
from controlplane.models import Campaign
from controlplane.openings import opening_of
from controlplane.queries import certificate_facts_of
from controlplane.services.campaigns import OfficeNotOpen, change_campaign_plan, office_entry, retry_opening
from shared.numbers import number
from shared.ratelimit import Limit, limited
from tenants.enums import TenantState
from tenants.residency.certificates import NoSigningKey, NotProved, issue_certificate

RETRY = Limit("retry-opening", times=10, seconds=600)
ENTER = Limit("enter-office", times=60, seconds=600)
CERTIFICATE = Limit("certificate", times=30, seconds=600)


def campaign_or_404(request: HttpRequest, uuid: UUID) -> Campaign:
    """The campaign if it is the visitor's own; anybody else's does not exist."""
    own = Campaign.objects.of(request.user).select_related("region", "cell", "owner")
    return get_object_or_404(own, uuid=uuid)


@login_required
@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    campaigns = Campaign.objects.of(request.user).select_related("region", "cell")
    return render(request, "controlplane/account.html", {"title": _("My campaigns"), "campaigns": campaigns})


@login_required
@require_safe
@never_cache
def opening(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The booth goes up: an address that can be closed and opened again."""
    campaign = campaign_or_404(request, uuid)
    shown = opening_of(campaign, now=timezone.now())
    if shown.is_done and not shown.enters_by_itself:
        return redirect("controlplane:campaign", uuid)
    context = {"title": _("Your booth is going up"), "campaign": campaign, "opening": shown}
    return render(request, "controlplane/opening.html", context)


@login_required
@require_safe
@never_cache
def opening_progress(request: HttpRequest, uuid: UUID) -> JsonResponse:
    """What has changed since, for the page's script: the same drawing, made by the same template."""
    campaign = campaign_or_404(request, uuid)
    shown = opening_of(campaign, now=timezone.now())
    html = render_to_string("controlplane/opening_steps.html", {"campaign": campaign, "opening": shown}, request)
    return JsonResponse({"html": html, "done": shown.is_done, "moving": not (shown.is_done or shown.is_failed)})


@login_required
@require_POST
@limited(RETRY)
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    retry_opening(campaign=campaign_or_404(request, uuid), now=timezone.now())
    return redirect("controlplane:opening", uuid)


@login_required
@require_safe
@never_cache
def campaign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = campaign_or_404(request, uuid)
    if found.opening != "done":
        return redirect("controlplane:opening", uuid)
    if found.state == TenantState.ERASED:
        return redirect("controlplane:erased", uuid)
    now = timezone.now()
    subscription = get_subscription(found.uuid)
    context = {
        "title": found.name,
        "campaign": found,
        "usage": found.usage,
        "subscription": subscription,
        "is_trial": subscription.is_trial(now=now),
        "life": life_of(found),
    }
    return render(request, "controlplane/campaign.html", context)


@login_required
@require_safe
@never_cache
@limited(CERTIFICATE, methods=("GET",))
def certificate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The signed certificate of where the campaign's data lies."""
    found = campaign_or_404(request, uuid)
    try:
        facts = certificate_facts_of(found)
        pdf = issue_certificate(facts=facts, language=get_language() or "fr", now=timezone.now())
    except NotProved:
        messages.warning(request, _("There is no certificate: the last check did not find every place right."))
        return redirect("controlplane:campaign", uuid)
    except NoSigningKey:
        messages.warning(request, _("There is no certificate: this installation has no key to sign one."))
        return redirect("controlplane:campaign", uuid)
    name = f"isoloir-{found.slug}-{facts.proved_at:%Y-%m-%d}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def plan(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose another tier: at once, and back whenever one likes."""
    found = campaign_or_404(request, uuid)
    form = PlanForm(request.POST or None, initial={"plan": request.GET.get("plan", found.plan_code)})
    if request.method == "POST" and form.is_valid():
        chosen = get_plan(form.cleaned_data["plan"])
        change_campaign_plan(campaign=found, plan=chosen, by=owner(request.user), now=timezone.now())
        messages.success(request, _in_force(found, request.GET.get("import", "")))
        return redirect("controlplane:campaign", uuid)
    context = {
        "title": _("Change tier"),
        "campaign": found,
        "usage": found.usage,
        "plans": PLANS,
        "chosen": form["plan"].value(),
    }
    return render(request, "controlplane/plan.html", context)


def _in_force(campaign: Campaign, waiting: str) -> str:
    """With the way back to the import that waited for a larger tier, where somebody came from one."""
    said = _("The new tier is in force.")
    run = number(waiting)
    if not run:
        return said
    address = f"{campaign.address}/bureau/imports/{run}/"
    return format_html('{} <a href="{}">{}</a>', said, address, _("Go on with the import"))


@login_required
@require_POST
@never_cache
@limited(ENTER)
def enter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Into the office by a link that works once."""
    try:
        address = office_entry(campaign=campaign_or_404(request, uuid), now=timezone.now())
    except OfficeNotOpen:
        messages.warning(request, _("The office is not open at the moment."))
        return redirect("controlplane:account")
    return HttpResponseRedirect(address)
