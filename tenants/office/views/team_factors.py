"""Second factors of the others: a lost one is reset, and an owner may want one of everybody."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.confirming import confirmed
from tenants.office.services.second_factor import NoFactor, require_factor, reset_factor
from tenants.office.services.team import OwnersOnly
from tenants.users.models import User


@needs("team.edit")
@require_POST
@confirmed
def reset(request: TenantRequest, pk: int) -> HttpResponse:
    """Of somebody else: one's own is removed on one's own page, with password and code."""
    member = get_object_or_404(User.objects.exclude(pk=request.user.pk), pk=pk)
    try:
        reset_factor(member=member, by=request.user, now=timezone.now())
    except OwnersOnly:
        messages.error(request, _("Only an owner may do this to an owner."))
    except NoFactor:
        messages.warning(request, _("%(member)s has no second factor.") % {"member": member})
    else:
        messages.success(request, _("The second factor of %(member)s is reset; a mail says so.") % {"member": member})
    return redirect("office:team")


@needs("team.owner")
@require_POST
@confirmed
def requirement(request: TenantRequest) -> HttpResponse:
    """`required` is 0 or 1."""
    wanted = request.POST.get("required")
    if wanted not in ("0", "1"):
        raise Http404
    require_factor(required=wanted == "1", by=request.user, now=timezone.now())
    if wanted == "1":
        messages.success(
            request, _("Everybody needs a second factor now: whoever has none sets it up before the next page.")
        )
    else:
        messages.success(request, _("A second factor is everybody’s own choice again."))
    return redirect("office:team")
