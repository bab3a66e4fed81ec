"""The owner's screens: address, domains, closing and coming back."""

from functools import partial
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from controlplane.audit.actors import owner
from controlplane.audit.services import record_audit
from controlplane.jobs.models import CampaignJob
from controlplane.lifecycle import forms
from controlplane.lifecycle.acting import start
from controlplane.lifecycle.models import CampaignDomain, ErasureProof
from controlplane.lifecycle.queries import life_of
from controlplane.lifecycle.services import addresses, states
from controlplane.models import Campaign
from controlplane.proving import proves
from controlplane.signing_in import must_show_code
from controlplane.slugs import SlugTaken
from controlplane.views.campaigns import campaign_or_404
from shared.ratelimit import Limit, limited
from tenants.jobs.enums import JobState
from tenants.lifecycle.kinds import ADD_DOMAIN

CHANGE = Limit("change-address", times=20, seconds=3600)
CHECK = Limit("check-domain", times=30, seconds=600)


def domain_or_404(request: HttpRequest, uuid: UUID, pk: int) -> CampaignDomain:
    own = CampaignDomain.objects.select_related("campaign__cell").filter(campaign=campaign_or_404(request, uuid))
    return get_object_or_404(own, pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited(CHANGE)
def address(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The address on the platform, and the list of domains."""
    campaign = campaign_or_404(request, uuid)
    form = forms.RenameForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        job = _rename(request, campaign, form)
        if job:
            return redirect("controlplane:job", uuid, job.uuid)
    context = {"title": _("Address and domains"), "campaign": campaign, "form": form, "life": life_of(campaign)}
    return render(request, "lifecycle/address.html", context)


def _rename(request: HttpRequest, campaign: Campaign, form: forms.RenameForm) -> CampaignJob | None:
    slug = form.cleaned_data["slug"]
    rename = partial(
        addresses.rename_campaign, campaign=campaign, slug=slug, by=owner(request.user), now=timezone.now()
    )
    try:
        return start(request, rename)
    except SlugTaken:
        form.add_error("slug", _("“%(slug)s” is taken already.") % {"slug": slug})
        return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited(CHANGE)
def domain_add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    campaign = campaign_or_404(request, uuid)
    form = forms.DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            claimed = addresses.add_domain(
                campaign=campaign,
                domain=form.cleaned_data["domain"],
                wants_primary=form.cleaned_data["role"] == "primary",
                by=owner(request.user),
                now=timezone.now(),
            )
        except addresses.DomainTaken:
            form.add_error("domain", _("Another campaign has proved that this domain is its own."))
        except addresses.TooManyDomains:
            form.add_error("domain", _("A campaign has five domains at the most: remove one first."))
        else:
            return redirect("controlplane:domain", uuid, claimed.pk)
    context = {"title": _("Add a domain"), "campaign": campaign, "form": form}
    return render(request, "lifecycle/domain_add.html", context)


@login_required
@require_safe
@never_cache
def domain(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """The records to set, what was found the last time, and what can be done."""
    found = domain_or_404(request, uuid, pk)
    checks = CampaignJob.objects.filter(campaign=found.campaign, kind=ADD_DOMAIN, parameters__domain=found.domain)
    last = checks.first()
    context = {
        "title": found.domain,
        "campaign": found.campaign,
        "domain": found,
        "last": last,
        "has_failed": bool(last and last.state == JobState.FAILED),
        "life": life_of(found.campaign),
    }
    return render(request, "lifecycle/domain.html", context)


@login_required
@require_POST
@limited(CHECK)
def domain_check(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    found = domain_or_404(request, uuid, pk)
    check = partial(addresses.check_domain, domain=found, by=owner(request.user), now=timezone.now())
    job = start(request, check)
    return redirect("controlplane:job", uuid, job.uuid) if job else redirect("controlplane:domain", uuid, pk)


@login_required
@require_POST
@limited(CHANGE)
def domain_prefer(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Make it the main address, or no longer: then the site goes back to the platform's."""
    found = domain_or_404(request, uuid, pk)
    if found.verified_at is None:
        return redirect("controlplane:domain", uuid, pk)
    chosen = None if found.is_primary else found
    prefer = partial(
        addresses.prefer_domain,
        campaign=found.campaign,
        domain=chosen,
        by=owner(request.user),
        now=timezone.now(),
    )
    job = start(request, prefer)
    return redirect("controlplane:job", uuid, job.uuid) if job else redirect("controlplane:domain", uuid, pk)


@login_required
@require_POST
@limited(CHANGE)
def domain_remove(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    found = domain_or_404(request, uuid, pk)
    job = start(request, partial(addresses.remove_domain, domain=found, by=owner(request.user), now=timezone.now()))
    return redirect("controlplane:job", uuid, job.uuid) if job else redirect("controlplane:address", uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("code")
@limited(CHANGE)
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    campaign = campaign_or_404(request, uuid)
    asks_code = must_show_code(request, now=timezone.now())
    form = forms.CloseForm(request.POST or None, campaign=campaign, asks_code=asks_code)
    if request.method == "POST" and form.is_valid() and proves(request, form):
        act = partial(states.close_campaign, campaign=campaign, by=owner(request.user), now=timezone.now())
        job = start(request, act)
        return redirect("controlplane:job", uuid, job.uuid) if job else redirect("controlplane:campaign", uuid)
    erase_on = timezone.now() + states.GRACE
    context = {"title": _("Close the campaign"), "campaign": campaign, "form": form, "erase_on": erase_on}
    return render(request, "lifecycle/close.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@limited(CHANGE)
def reopen(request: HttpRequest, uuid: UUID) -> HttpResponse:
    campaign = campaign_or_404(request, uuid)
    act = partial(states.reopen_campaign, campaign=campaign, by=owner(request.user), now=timezone.now())
    job = start(request, act)
    return redirect("controlplane:job", uuid, job.uuid) if job else redirect("controlplane:campaign", uuid)


@login_required
@require_safe
@never_cache
def erased(request: HttpRequest, uuid: UUID) -> HttpResponse:
    campaign = campaign_or_404(request, uuid)
    proof = get_object_or_404(ErasureProof, campaign_uuid=campaign.uuid)
    context = {"title": campaign.name, "campaign": campaign, "proof": proof}
    return render(request, "lifecycle/erased.html", context)


@login_required
@require_safe
@never_cache
def proof(request: HttpRequest, uuid: UUID) -> HttpResponse:
    campaign = campaign_or_404(request, uuid)
    found = get_object_or_404(ErasureProof, campaign_uuid=campaign.uuid)
    record_audit(action="proof.downloaded", by=owner(request.user), now=timezone.now(), campaign_uuid=campaign.uuid)
    return proof_file(found)


def proof_file(found: ErasureProof) -> HttpResponse:
    response = JsonResponse(found.body, json_dumps_params={"indent": 2, "sort_keys": True})
    response["Content-Disposition"] = f'attachment; filename="isoloir-effacement-{found.campaign_uuid}.json"'
    return response
