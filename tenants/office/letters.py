"""What the office writes to members of the team. Each looks again at what it was asked for: it may be gone by now."""

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from tenants.context import require_tenant
from tenants.office.invitation_links import invitation_url
from tenants.office.mails import send_office_mail
from tenants.office.models import FactorEvent, Invitation
from tenants.users.enums import Role
from tenants.users.models import User


def send_invitation(*, invitation_id: int) -> bool:
    """False when it was taken back or accepted before the mail could leave."""
    invitation = Invitation.objects.open().select_related("invited_by").filter(pk=invitation_id).first()
    if invitation is None:
        return False
    send_office_mail(
        name="invitation",
        to=invitation.email,
        language=invitation.language,
        context={
            "invitation": invitation,
            "role": Role(invitation.role).label,
            "invited_by": invitation.invited_by,
            "url": invitation_url(invitation),
            "action": _("Choose my password and enter"),
        },
    )
    return True


def send_password_link(*, user_id: int) -> bool:
    """False when the account was deactivated meanwhile."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    code = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("wagtailadmin_password_reset_confirm", args=[code, default_token_generator.make_token(user)])
    context = {"member": user, "url": require_tenant().absolute_url(path), "action": _("Choose a new password")}
    send_office_mail(name="password", to=user.email, language=user.language, context=context)
    return True


def send_factor_news(*, event_id: int) -> bool:
    """Whoever did it, she hears of it: it may not have been her. False when the account was closed meanwhile."""
    event = FactorEvent.objects.select_related("member", "by").filter(pk=event_id, member__is_active=True).first()
    if event is None or event.member is None:
        return False
    url = require_tenant().absolute_url(reverse("office_factor"))
    context = {
        "event": event,
        "member": event.member,
        "by": event.by if event.by_id != event.member_id else None,
        "url": url,
        "action": _("See my second factor"),
    }
    send_office_mail(name="second_factor", to=event.member.email, language=event.member.language, context=context)
    return True
