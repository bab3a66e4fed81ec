"""The console's pages of a campaign's life."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from controlplane.admin import OperatorsRead
from controlplane.audit.actors import operator
from controlplane.audit.queries import audit_of
from controlplane.audit.services import record_audit
from controlplane.console import console
from controlplane.jobs.models import CampaignJob
from controlplane.lifecycle.acting import start
from controlplane.lifecycle.enums import SuspensionReason
from controlplane.lifecycle.forms import SuspendForm
from controlplane.lifecycle.models import CampaignDomain, ErasureProof
from controlplane.lifecycle.queries import find_proof, life_of
from controlplane.lifecycle.services import states
from controlplane.lifecycle.views import proof_file
from controlplane.models import Campaign
from controlplane.operators.access import ask_again
from controlplane.permissions import may
from tenants.factors.showing import is_factor_fresh

ACTS: dict[str, tuple[str, Callable[..., CampaignJob]]] = {
    "resume": ("campaigns.suspend", states.resume_campaign),
    "close": ("campaigns.close", states.close_campaign),
    "reopen": ("campaigns.close", states.reopen_campaign),
}


def _require(request: HttpRequest, permission: str) -> None:
    if not may(request.user, permission):
        raise PermissionDenied


@require_safe
def life(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where one campaign stands, what was done to it and by whom, and what may be done."""
    _require(request, "console.view")
    campaign = get_object_or_404(Campaign.objects.select_related("region", "cell"), uuid=uuid)
    context = {
        **console.each_context(request),
        "title": campaign.name,
        "campaign": campaign,
        "life": life_of(campaign),
        "audit": audit_of(uuid)[:30],
        "proof": find_proof(campaign),
        "form": SuspendForm(),
        "can_suspend": may(request.user, "campaigns.suspend"),
        "can_close": may(request.user, "campaigns.close"),
        "can_move": may(request.user, "campaigns.move"),
    }
    return render(request, "lifecycle/console_life.html", context)


@require_POST
def suspend(request: HttpRequest, uuid: UUID) -> HttpResponse:
    _require(request, "campaigns.suspend")
    if not is_factor_fresh(request, now=timezone.now()):
        return ask_again(request)
    campaign = get_object_or_404(Campaign.objects.select_related("cell"), uuid=uuid)
    form = SuspendForm(request.POST)
    if form.is_valid():
        reason = SuspensionReason(form.cleaned_data["reason"])
        by = operator(request.user)
        start(request, partial(states.suspend_campaign, campaign=campaign, reason=reason, by=by, now=timezone.now()))
    return redirect("admin:lifecycle_life", uuid)


@require_POST
def act(request: HttpRequest, uuid: UUID, what: str) -> HttpResponse:
    permission, service = ACTS[what]
    _require(request, permission)
    if not is_factor_fresh(request, now=timezone.now()):
        return ask_again(request)
    campaign = get_object_or_404(Campaign.objects.select_related("cell"), uuid=uuid)
    start(request, partial(service, campaign=campaign, by=operator(request.user), now=timezone.now()))
    return redirect("admin:lifecycle_life", uuid)


@require_safe
def proof(request: HttpRequest, uuid: UUID) -> HttpResponse:
    _require(request, "console.view")
    found = get_object_or_404(ErasureProof, campaign_uuid=uuid)
    record_audit(action="proof.downloaded", by=operator(request.user), now=timezone.now(), campaign_uuid=uuid)
    return proof_file(found)


class ErasureProofAdmin(OperatorsRead):
    empty_words = _("None. A campaign that is erased leaves its proof here.")
    list_display = ["campaign_uuid", "erased_at", "sha256"]
    search_fields = ["campaign_uuid", "sha256"]
    date_hierarchy = "erased_at"
    fields = ["campaign_uuid", "erased_at", "sha256", "body"]

    def get_urls(self) -> list[Any]:
        pages = [
            path("<uuid:uuid>/vie/", console.admin_view(life), name="lifecycle_life"),
            path("<uuid:uuid>/suspendre/", console.admin_view(suspend), name="lifecycle_suspend"),
            path("<uuid:uuid>/preuve.json", console.admin_view(proof), name="lifecycle_proof"),
            *(
                path(f"<uuid:uuid>/{what}/", console.admin_view(partial(act, what=what)), name=f"lifecycle_{what}")
                for what in ACTS
            ),
        ]
        return [*pages, *super().get_urls()]


class CampaignDomainAdmin(OperatorsRead):
    empty_words = _("None. Owners add their own domains in their account.")
    list_display = ["domain", "campaign", "verified_at", "is_primary"]
    list_select_related = ["campaign"]
    search_fields = ["domain", "campaign__name", "campaign__slug"]
    fields = ["domain", "campaign", "asked_at", "verified_at", "is_primary"]


console.register(ErasureProof, ErasureProofAdmin)
console.register(CampaignDomain, CampaignDomainAdmin)
