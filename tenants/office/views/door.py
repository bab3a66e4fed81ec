"""What one sees before being in: the one-time link from the platform, an invitation."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from shared.views import csrf_failure as shared_csrf_failure
from tenants.entry import EntryExpired, EntryInvalid, EntryUsed, read_entry
from tenants.http import TenantRequest
from tenants.office.forms import JoinForm
from tenants.office.invitation_links import InvitationExpired, InvitationInvalid, get_invitation
from tenants.office.limits import LINKS, knocks
from tenants.office.services.entry import enter_by_link
from tenants.office.services.team import accept_invitation
from tenants.office.signing_in import sign_in


@never_cache
@knocks(LINKS)
@require_http_methods(["GET", "POST"])
def enter(request: TenantRequest) -> HttpResponse:
    """Looking does not use the link up (mail scanners look); the page posts itself, or has a button to press."""
    token = request.POST.get("jeton") or request.GET.get("jeton", "")
    now = timezone.now()
    try:
        if request.method == "GET":
            entry = read_entry(token, now=now)
            until = datetime.fromisoformat(entry.ends_at) if entry.grant else None
            return render(request, "office/enter.html", {"entry": entry, "token": token, "until": until})
        user = enter_by_link(token=token, now=now)
    except EntryInvalid as error:
        return _refused(request, error)
    # Whoever holds the platform's session may not know the password: a second factor is not set up without it.
    return sign_in(request, user, to=reverse("wagtailadmin_home"), now=now, by_password=False)


@never_cache
@sensitive_post_parameters("password")
@knocks(LINKS)
@require_http_methods(["GET", "POST"])
def join(request: TenantRequest, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        invitation = get_invitation(token, now=now)
        names = {"first_name": invitation.first_name, "last_name": invitation.last_name}
        form = JoinForm(request.POST or None, email=invitation.email, initial=names)
        if request.method == "POST" and form.is_valid():
            user = accept_invitation(token=token, now=now, **form.cleaned_data)
            return sign_in(request, user, to=reverse("wagtailadmin_home"), now=now)
    except InvitationInvalid as error:
        reason = "invitation_expired" if isinstance(error, InvitationExpired) else "invitation_invalid"
        return render(request, "office/link_refused.html", {"reason": reason}, status=410)
    context = {"form": form, "invitation": invitation}
    return render(request, "office/join.html", context, status=422 if form.errors else 200)


def _refused(request: TenantRequest, error: EntryInvalid) -> HttpResponse:
    reasons = {EntryUsed: "used", EntryExpired: "expired"}
    reason = "support" if error.is_support else reasons.get(type(error), "invalid")
    return render(request, "office/link_refused.html", {"reason": reason}, status=410)


def csrf_failure(request: TenantRequest, reason: str = "") -> HttpResponse:
    """The page about a form that waited too long, in the look of where one is."""
    if request.tenant is None or not request.path.startswith("/bureau/"):
        return shared_csrf_failure(request, reason)
    return render(request, "office/csrf_failure.html", status=403)
