"""The owner lets support in, for a time, and takes it back; an operator enters by it and by nothing else."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.models import Campaign
from controlplane.operators.access import needs
from controlplane.services.campaigns import OfficeNotOpen
from controlplane.support.forms import GrantForm
from controlplane.support.models import SupportGrant
from controlplane.support.services import NoPermission, grant_support, revoke_support, support_entry
from controlplane.views.campaigns import campaign_or_404
from shared.ratelimit import Limit, limited
from tenants.users.models import User

GRANT = Limit("grant-support", times=20, seconds=3600)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited(GRANT)
def grants(request: HttpRequest, uuid: UUID) -> HttpResponse:
    campaign, now = campaign_or_404(request, uuid), timezone.now()
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        grant_support(campaign=campaign, by=cast(User, request.user), now=now, **form.cleaned_data)
        messages.success(request, _("Support may come in now, and read only."))
        return redirect("controlplane:support", uuid)
    given = [(grant, grant.is_in_force(now=now)) for grant in SupportGrant.objects.filter(campaign=campaign)[:20]]
    context = {"title": _("Help from support"), "campaign": campaign, "form": form, "grants": given}
    return render(request, "support/grants.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, uuid: UUID, grant: UUID) -> HttpResponse:
    own = SupportGrant.objects.select_related("campaign__cell").filter(campaign=campaign_or_404(request, uuid))
    revoke_support(grant=get_object_or_404(own, uuid=grant), by=cast(User, request.user), now=timezone.now())
    messages.success(request, _("The permission is taken back: nobody of support is in your office any more."))
    return redirect("controlplane:support", uuid)


@never_cache
@require_POST
@needs("campaigns.enter", fresh=True)
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.select_related("cell"), pk=pk)
    try:
        address = support_entry(campaign=campaign, by=cast(User, request.user), now=timezone.now())
    except NoPermission:
        messages.error(request, _("The owner has let nobody in, or her permission is over. Ask her for it."))
    except OfficeNotOpen:
        messages.error(request, _("The office is not open at the moment."))
    else:
        return HttpResponseRedirect(address)
    return redirect("admin:controlplane_campaign_change", pk)
