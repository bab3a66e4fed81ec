from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.forms import InvitationForm, RoleForm, role_choices
from tenants.office.models import Invitation
from tenants.office.profile import campaign_profile
from tenants.office.queries import factor_events, open_invitations, role_table, support_visits, team
from tenants.office.services.team import (
    AlreadyInTeam,
    LastOwner,
    NewMember,
    OwnersOnly,
    change_role,
    deactivate_member,
    invite_member,
    reactivate_member,
    revoke_invitation,
)
from tenants.users.enums import Role
from tenants.users.models import User
from tenants.users.permissions import can


@needs("team.view")
def index(request: TenantRequest) -> HttpResponse:
    form = InvitationForm(by=request.user, language=request.tenant.language)
    return _team_page(request, form)


@needs("team.edit")
@require_POST
def invite(request: TenantRequest) -> HttpResponse:
    form = InvitationForm(request.POST, by=request.user, language=request.tenant.language)
    if not form.is_valid():
        return _team_page(request, form, status=422)
    try:
        invitation = invite_member(member=NewMember(**form.cleaned_data), by=request.user, now=timezone.now())
    except AlreadyInTeam:
        form.add_error("email", _("This person is in the team already."))
        return _team_page(request, form, status=422)
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    return redirect("office:team")


@needs("team.edit")
@require_POST
def resend(request: TenantRequest, pk: int) -> HttpResponse:
    invitation = _invitation_or_404(pk)
    member = NewMember(
        invitation.email, invitation.role, invitation.language, invitation.first_name, invitation.last_name
    )
    if _try(request, lambda: invite_member(member=member, by=request.user, now=timezone.now())):
        messages.success(request, _("A new link is on its way to %(email)s.") % {"email": invitation.email})
    return redirect("office:team")


@needs("team.edit")
@require_POST
def revoke(request: TenantRequest, pk: int) -> HttpResponse:
    invitation = _invitation_or_404(pk)
    if _try(request, lambda: revoke_invitation(invitation=invitation, by=request.user, now=timezone.now())):
        messages.success(request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email})
    return redirect("office:team")


@needs("team.edit")
@require_POST
def role(request: TenantRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST, by=request.user)
    if not form.is_valid():
        messages.error(request, _("This role is not yours to give."))
        return redirect("office:team")
    new = form.cleaned_data["role"]
    if _try(request, lambda: change_role(member=member, role=new, by=request.user)):
        words = {"member": str(member), "role": Role(new).label}
        messages.success(request, _("%(member)s now has the role “%(role)s”.") % words)
    return redirect("office:team")


@needs("team.edit")
@require_POST
def activity(request: TenantRequest, pk: int) -> HttpResponse:
    """Close an account, or open it again: `active` is 0 or 1."""
    member = get_object_or_404(User, pk=pk)
    wanted = request.POST.get("active")
    if wanted not in ("0", "1"):
        raise Http404
    if wanted == "1" and _try(request, lambda: reactivate_member(member=member, by=request.user)):
        messages.success(request, _("%(member)s may sign in again.") % {"member": member})
    if wanted == "0" and _try(request, lambda: deactivate_member(member=member, by=request.user)):
        messages.success(request, _("%(member)s can no longer sign in.") % {"member": member})
    return redirect("office:team")


def _invitation_or_404(pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.open(), pk=pk)


def _try(request: TenantRequest, act: Callable[[], object]) -> bool:
    """Do it, or say why not."""
    try:
        act()
    except LastOwner:
        messages.error(request, _("A campaign keeps at least one owner. Name another one first."))
    except OwnersOnly:
        messages.error(request, _("Only an owner may do this to an owner."))
    except AlreadyInTeam:
        messages.error(request, _("This person is in the team already."))
    else:
        return True
    return False


def _team_page(request: TenantRequest, form: InvitationForm, status: int = 200) -> HttpResponse:
    context = {
        "members": team(),
        "invitations": open_invitations(),
        "support_visits": support_visits()[:20],
        "factor_events": factor_events()[:20],
        "requires_factor": campaign_profile().requires_second_factor,
        "form": form,
        "may_edit": can(request.user, "team.edit"),
        "may_edit_owners": can(request.user, "team.owner"),
        "roles": role_choices(request.user),
        "role_table": role_table(),
        "role_names": Role.choices,
        "now": timezone.now(),
        "breadcrumbs": [("", _("Team"))],
    }
    return render(request, "office/team.html", context, status=status)
