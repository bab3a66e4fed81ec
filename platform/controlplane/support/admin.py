"""One campaign on one page. Its list stands in controlplane.admin; the page needs jobs, audit and permissions."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from controlplane.admin import CampaignAdmin
from controlplane.audit.queries import audit_of
from controlplane.console import console
from controlplane.jobs.models import CampaignJob
from controlplane.models import Campaign
from controlplane.openings import opening_of
from controlplane.permissions import may
from controlplane.support.campaigns import story_of, usage_curve
from controlplane.support.models import SupportGrant
from controlplane.support.queries import find_grant
from shared.numbers import number


class CampaignPage(CampaignAdmin):
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        found = Campaign.objects.select_related("region", "cell", "owner")
        campaign = get_object_or_404(found, pk=number(object_id))
        return TemplateResponse(request, "support/campaign.html", self._context(request, campaign))

    def _context(self, request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
        now = timezone.now()
        return {
            **console.each_context(request),
            "title": campaign.name,
            "opts": self.opts,
            "campaign": campaign,
            "opening": opening_of(campaign, now=now),
            "curve": usage_curve(campaign, now=now),
            "story": story_of(campaign),
            "jobs": CampaignJob.objects.filter(campaign=campaign)[:10],
            "audit": audit_of(campaign.uuid)[:20],
            "grant": find_grant(campaign, now=now),
            "grants": SupportGrant.objects.filter(campaign=campaign)[:5],
            "may_enter": may(request.user, "campaigns.enter"),
        }


console.unregister(Campaign)
console.register(Campaign, CampaignPage)
