"""The control plane's own mails, in the receiver's language, as text and as HTML."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import override

from controlplane.models import Campaign, OperatorAlarm, SignUp
from controlplane.services.signups import confirmation_token
from controlplane.tokens import password_token
from tenants.facts import platform_url
from tenants.users.models import User


def send_confirmation_mail(*, sign_up_id: int) -> None:
    """The link that opens the campaign; to an address that has an account, a mail that says so."""
    sign_up = SignUp.objects.select_related("region").get(pk=sign_up_id)
    if sign_up.confirmed_at:
        return
    has_account = User.objects.filter(email=sign_up.email).exists()
    link = platform_url(reverse("controlplane:confirm", args=[confirmation_token(sign_up)]))
    context = {"sign_up": sign_up, "link": link, "has_account": has_account}
    send_control_mail("confirm", to=sign_up.email, language=sign_up.language, context=context)
    SignUp.objects.filter(pk=sign_up.pk).update(mailed_at=timezone.now())


def send_office_ready_mail(*, campaign_id: int) -> None:
    """Tell the owner once that her office is open."""
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(of=("self",)).select_related("owner").get(pk=campaign_id)
        if campaign.announced_at or not campaign.is_open:
            return
        link = platform_url(reverse("controlplane:campaign", args=[campaign.uuid]))
        context = {"campaign": campaign, "link": link}
        send_control_mail("ready", to=campaign.owner.email, language=campaign.owner.language, context=context)
        Campaign.objects.filter(pk=campaign.pk).update(announced_at=timezone.now())


def send_password_reset_mail(*, user_id: int) -> None:
    user = User.objects.get(pk=user_id)
    if not user.is_active:
        return
    parts = [urlsafe_base64_encode(force_bytes(user.pk)), password_token.make_token(user)]
    link = platform_url(reverse("controlplane:password_choose", args=parts))
    send_control_mail("password", to=user.email, language=user.language, context={"receiver": user, "link": link})


def send_factor_news(*, user_id: int, kind: str) -> None:
    """Whoever did it, she hears of it: it may not have been her."""
    user = User.objects.get(pk=user_id)
    if user.is_active:
        link = platform_url(reverse("controlplane:factor"))
        context = {"receiver": user, "kind": kind, "link": link}
        send_control_mail("second_factor", to=user.email, language=user.language, context=context)


def send_alarm_mail(*, alarm_id: int) -> None:
    """To each of OPERATOR_EMAILS; an alarm that is over by now needs no mail."""
    alarm = OperatorAlarm.objects.standing().select_related("cell").filter(pk=alarm_id).first()
    if alarm is None:
        return
    link = platform_url(reverse("admin:controlplane_operatoralarm_change", args=[alarm.pk]))
    for _name, address in settings.ADMINS:
        send_control_mail("alarm", to=address, language=settings.LANGUAGE_CODE, context={"alarm": alarm, "link": link})


def send_control_mail(name: str, *, to: str, language: str, context: dict[str, Any]) -> None:
    with override(language):
        values = {**context, "platform_url": platform_url("")}
        subject = " ".join(render_to_string(f"controlplane/mail/{name}_subject.txt", values).split())
        text = render_to_string(f"controlplane/mail/{name}.txt", values)
        html = render_to_string(f"controlplane/mail/{name}.html", values)
        send_mail(subject, text, None, [to], html_message=html)
