"""«Look into your mailbox», and the page that its link opens. Mail scanners follow links: only the button confirms."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from shared.client import client_address
from shared.ratelimit import Limit
from sitebuilder.forms.confirming import BadLink, LinkTooOld, confirm, read_link, send_again
from sitebuilder.forms.models import Confirmation
from sitebuilder.forms.refusing import (
    BadRefusalLink,
    allow_confirmations,
    is_refused,
    read_refusal_link,
    refusal_path,
    refuse_confirmations,
)
from sitebuilder.forms.templatetags.siteforms import CODE
from sitebuilder.forms.tokens import comes_from_here
from sitebuilder.forms.views.signing_up import thanks

RESENDS = Limit("signup-resend", times=10, seconds=3600)


@never_cache
@csrf_exempt  # no cookie on the site, and nobody is signed in: the number in the address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same whatever became of the sign-up: it was perhaps somebody else who typed the address."""
    get_object_or_404(Confirmation, uuid=uuid)
    asked_again = request.method == "POST"
    if asked_again and comes_from_here(request) and RESENDS.allows(client_address(request)):
        send_again(uuid=uuid)
    code = request.GET.get("moi", "")
    context = {"uuid": uuid, "code": code if CODE.match(code) else "", "asked_again": asked_again}
    return render(request, "siteforms/waiting_page.html", context)


@never_cache
@csrf_exempt  # opened from a mail, in any browser: the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    try:
        found = read_link(token)
        if request.method == "POST":
            return thanks(request, confirm(uuid=found.uuid, now=timezone.now()).code)
    except BadLink:
        raise Http404 from None
    except LinkTooOld:
        pass
    is_over = found.confirmed_at is None and found.expires_at < timezone.now()
    never = refusal_path(found.email)
    context = {
        "confirmation": found,
        "token": token,
        "never": never,
        "title": _title(found, is_over=is_over),
        "is_over": is_over,
    }
    return render(request, "siteforms/confirm_page.html", context, status=410 if is_over else 200)


@never_cache
@csrf_exempt  # the signed link is the proof, as above
@require_http_methods(["GET", "HEAD", "POST"])
def refusal(request: HttpRequest, token: str) -> HttpResponse:
    """«Never again», and its way back: one page, kept with the mail. Looking at it changes nothing."""
    try:
        digest = read_refusal_link(token)
    except BadRefusalLink:
        raise Http404 from None
    if request.method == "POST" and request.POST.get("wish") == "never":
        refuse_confirmations(digest=digest, now=timezone.now())
    elif request.method == "POST":
        allow_confirmations(digests=[digest])
    refused = is_refused(digest)
    is_back = request.method == "POST" and not refused
    title = _("No more of these messages") if refused else _("You can sign up again") if is_back else _("Never again?")
    context = {"token": token, "title": title, "refused": refused, "is_back": is_back}
    return render(request, "siteforms/refusal_page.html", context)


def _title(found: Confirmation, *, is_over: bool) -> str:
    if found.confirmed_at:
        return _("It is confirmed")
    return _("This link is too old") if is_over else _("One button, and it is done")
