"""The link in an invitation: signed, for this campaign only, dead when it was used, taken back, sent again or too old."""

from datetime import datetime

from django.core import signing
from django.urls import reverse

from tenants.context import require_tenant
from tenants.office.models import Invitation


class InvitationInvalid(Exception):
    """The link is not one of ours, was used, taken back, or replaced by a newer one."""


class InvitationExpired(InvitationInvalid):
    """The link is older than seven days."""


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"office.invitation.{require_tenant().uuid}")


def invitation_token(invitation: Invitation) -> str:
    return _signer().sign_object({"id": invitation.pk, "sent": int(invitation.sent_at.timestamp())})


def invitation_url(invitation: Invitation) -> str:
    return require_tenant().absolute_url(reverse("office_join", args=[invitation_token(invitation)]))


def get_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation that this token opens; raises InvitationInvalid or InvitationExpired."""
    try:
        claim = _signer().unsign_object(token)
    except signing.BadSignature as error:
        raise InvitationInvalid from error
    invitation = Invitation.objects.open().filter(pk=claim["id"]).first()
    if invitation is None or int(invitation.sent_at.timestamp()) != claim["sent"]:
        raise InvitationInvalid
    if invitation.expires_at <= now:
        raise InvitationExpired
    return invitation
