"""What recipients open: leaving, and reading in a browser. No account, no cookie: the token in the address is the proof."""

import re
from html import escape

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from crm.people.models import Person
from messaging.deliveries.models import Delivery
from messaging.email.carrier import written_of
from messaging.email.measured import without_note
from messaging.email.merge import fill, marker, own_fields_in, values_of
from messaging.email.mime import Written
from messaging.email.models import Dispatch
from messaging.email.origin import origin_of
from messaging.email.tokens import AGREE, UNSUBSCRIBE, VIEW, BadToken, Target, TokenMaker
from messaging.email.trials import sample_recipient
from messaging.email.unsubscribing import (
    MEASURING,
    SCOPES,
    leaving_of,
    may_come_back,
    stop_measuring,
    subscribe_again,
    unsubscribe,
)
from messaging.email.urls_of_mail import agree_path, unsubscribe_path
from messaging.email.views.review import MAIL_POLICY
from tenants.office.profile import campaign_profile

ONE_CLICK = "One-Click"
BODY = re.compile(r"(<body[^>]*>)(.*)(</body>)", re.DOTALL)
HERE = re.compile(rf' · <a href="{re.escape(marker("view_url"))}"[^>]*>[^<]*</a>')
HIDDEN = "position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)"  # read aloud only


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: a POST unsubscribes, without a cookie and from anywhere; a GET only shows the page."""
    try:
        target = TokenMaker(UNSUBSCRIBE).read(token)
    except BadToken:
        return render(request, "email/unsubscribe_unknown.html", {"profile": campaign_profile()}, status=404)
    if request.method != "POST":
        return _page(request, target, token)
    if request.POST.get("retour"):
        came_back = may_come_back(target=target, now=timezone.now())
        if came_back:
            subscribe_again(target=target, now=timezone.now())
        return _page(request, target, token, done="back" if came_back else "late")
    scope = request.POST.get("scope", "email")
    if scope == MEASURING:
        stop_measuring(target=target, now=timezone.now())
        return _page(request, target, token, done=MEASURING)
    unsubscribe(target=target, scope=scope if scope in SCOPES else "email", now=timezone.now())
    if request.POST.get("List-Unsubscribe") == ONE_CLICK:
        return HttpResponse(status=200)
    return _page(request, target, token, done=scope)


def _page(request: HttpRequest, target: Target, token: str, done: str = "") -> HttpResponse:
    context = {
        "leaving": leaving_of(target),
        "profile": campaign_profile(),
        "token": token,
        "done": done,
        "may_come_back": done in SCOPES and may_come_back(target=target, now=timezone.now()),
    }
    return render(request, "email/unsubscribe.html", context)


@never_cache
@require_GET
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # django-csp knows views without arguments only
def view_in_browser(request: HttpRequest, token: str) -> HttpResponse:
    try:
        target = TokenMaker(VIEW).read(token)
    except BadToken:
        return render(request, "email/unsubscribe_unknown.html", {"profile": campaign_profile()}, status=404)
    delivery = Delivery.objects.filter(pk=target.delivery_id, person_id=target.person_id).first()
    dispatch = Dispatch.objects.filter(mailing_id=delivery.mailing_id).first() if delivery else None
    if dispatch is None:
        return render(request, "email/unsubscribe_unknown.html", {"profile": campaign_profile()}, status=404)
    person = Person.objects.filter(pk=target.person_id, erased_at__isnull=True).first()
    recipient = sample_recipient(person, delivery=delivery)
    written = without_note(written_of(dispatch))
    own = own_fields_in(written.subject, written.html, written.text)
    values = {
        **values_of(recipient, own),
        "origin": origin_of(recipient, campaign_profile().display_name),
        "unsubscribe_url": unsubscribe_path(
            TokenMaker(UNSUBSCRIBE).make(person_id=target.person_id, delivery_id=target.delivery_id)
        ),
        "agree_url": agree_path(TokenMaker(AGREE).make(person_id=target.person_id, delivery_id=target.delivery_id)),
        "view_url": request.path,
    }
    return HttpResponse(fill(_as_page(written), values, escape), headers={"X-Robots-Tag": "noindex"})


def _as_page(written: Written) -> str:
    """What was mailed, as the main part of a page, without the link that leads here.

    Mail programs, which get it without heading, show the subject themselves.
    """
    heading = f'<h1 style="{HIDDEN}">{escape(written.subject)}</h1>'
    return BODY.sub(
        lambda body: f"{body[1]}<main>{heading}{HERE.sub('', body[2])}</main>{body[3]}", written.html, count=1
    )
