"""Opening a campaign: the form, the mailbox, the link."""

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from billing.plans import PLANS, find_plan
from controlplane.forms import KIND_HINTS, AddressForm, CampaignForm, ChosenPasswordForm, SignUpForm
from controlplane.models import Campaign, SignUp
from controlplane.services.campaigns import CampaignDraft, RegionFull, open_campaign
from controlplane.services.signups import (
    AccountExists,
    LinkExpired,
    LinkInvalid,
    confirm_sign_up,
    get_sign_up,
    request_sign_up,
    send_confirmation,
)
from controlplane.slugs import BadSlug, SlugTaken, clean_slug, free_slugs_like, is_free
from shared.ratelimit import Limit, limited
from tenants.users.models import User

SIGN_UP = Limit("sign-up", times=10, seconds=3600)
MAILS = Limit("sign-up-mails", times=4, seconds=3600)
ADDRESS = Limit("address-check", times=120, seconds=300)
CONFIRM = Limit("confirm", times=30, seconds=600)
PENDING = "pending_sign_up"


@never_cache
@sensitive_post_parameters("password")
@limited(SIGN_UP)
def sign_up(request: HttpRequest) -> HttpResponse:
    customer = request.user if request.user.is_authenticated else None
    kind = CampaignForm if customer else SignUpForm
    wished = find_plan(request.GET.get("plan", ""))
    form = kind(request.POST or None, initial={"plan": wished.code} if wished else None)
    if request.method == "POST" and form.is_valid():
        answer = _open_another(request, form, customer) if isinstance(customer, User) else _ask(request, form)
        if answer:
            return answer
    return render(request, "controlplane/sign_up.html", _form_context(form), status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: Any) -> HttpResponse | None:
    try:
        made = request_sign_up(request=form.as_request(language=get_language() or "fr"), now=timezone.now())
    except SlugTaken as taken:
        form.add_error("slug", _("“%(slug)s” is taken already.") % {"slug": taken.slug})
        return None
    request.session[PENDING] = made.pk
    return redirect("controlplane:mailbox")


def _open_another(request: HttpRequest, form: Any, customer: User) -> HttpResponse | None:
    values = form.cleaned_data
    draft = CampaignDraft(
        name=values["name"],
        slug=values["slug"],
        kind=values["kind"],
        region=values["region"],
        plan=form.plan_chosen,
        language=customer.language,
    )
    try:
        campaign = open_campaign(draft=draft, owner=customer, now=timezone.now(), uuid=form.submission_id)
    except SlugTaken as taken:
        form.add_error("slug", _("“%(slug)s” is taken already.") % {"slug": taken.slug})
    except RegionFull:
        form.add_error(
            "region", _("This region has no place left at the moment: choose another one, or come back tomorrow.")
        )
    else:
        return redirect("controlplane:opening", campaign.uuid)
    return None


def _form_context(form: Any) -> dict[str, Any]:
    wished = str(form.data.get("slug", "")) if form.is_bound else ""
    suggestions: list[str] = []
    if form.has_error("slug"):
        try:
            suggestions = free_slugs_like(
                clean_slug(wished), name=str(form.data.get("name", "")), year=timezone.localdate().year
            )
        except BadSlug:
            suggestions = []
    chosen = find_plan(str(form["plan"].value()))
    return {
        "title": _("Open a campaign"),
        "form": form,
        "suggestions": suggestions,
        "plans": PLANS,
        "chosen_plan": chosen or PLANS[0],
        "kinds": [{"radio": radio, "hint": KIND_HINTS[radio.data["value"]]} for radio in form["kind"]],
        "regions": [{"radio": radio, "region": radio.data.get("region")} for radio in form["region"]],
        "errors": [(form[name], errors) for name, errors in form.errors.items() if name in form.fields],
    }


@require_safe
@never_cache
@limited(ADDRESS, methods=("GET",))
def check_address(request: HttpRequest) -> JsonResponse:
    """Is this address free? For the form's script; the form asks again when it is sent."""
    wished, name = request.GET.get("slug", "")[:80], request.GET.get("name", "")[:120]
    try:
        slug = clean_slug(wished)
    except BadSlug:
        message = _("An address has 3 to 40 letters, digits or hyphens: write for example “marseille-2027”.")
        return JsonResponse({"slug": wished, "state": "bad", "message": message, "suggestions": []})
    if is_free(slug):
        return JsonResponse(
            {"slug": slug, "state": "free", "message": _("“%(slug)s” is free.") % {"slug": slug}, "suggestions": []}
        )
    near = free_slugs_like(slug, name=name, year=timezone.localdate().year)
    message = _("“%(slug)s” is taken already. These are free:") % {"slug": slug}
    return JsonResponse({"slug": slug, "state": "taken", "message": message, "suggestions": near})


def _pending(request: HttpRequest) -> SignUp | None:
    return SignUp.objects.filter(pk=request.session.get(PENDING, 0)).first()


@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """«Check your mailbox»: the same page whether the address has an account or not."""
    pending = _pending(request)
    if pending is None:
        return redirect("controlplane:sign_up")
    return render(
        request,
        "controlplane/mailbox.html",
        {"title": _("Check your mailbox"), "sign_up": pending, "was_resent": "encore" in request.GET},
    )


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    pending = _pending(request)
    if pending is None:
        return redirect("controlplane:sign_up")
    if MAILS.allows(pending.email) and not pending.confirmed_at:
        send_confirmation(sign_up=pending)
    return redirect(f"{reverse('controlplane:mailbox')}?encore=1")


@never_cache
@sensitive_post_parameters("password")
@limited(CONFIRM)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail. Reading it does nothing (mail scanners read links); its one button opens the campaign."""
    try:
        pending = get_sign_up(token)
    except LinkInvalid:
        return render(request, "controlplane/link_invalid.html", {"title": _("This link does not work")}, status=404)
    if pending.campaign:
        return _already_confirmed(request, pending.campaign)
    if _must_prove(request, pending):
        return _prove(request, pending)
    if request.method != "POST":
        return _confirm_page(request, pending)
    form = AddressForm(request.POST) if "slug" in request.POST else None
    if form and not form.is_valid():
        return _confirm_page(request, pending, form=form)
    return _confirm(request, pending, slug=form.cleaned_data["slug"] if form else "")


def _must_prove(request: HttpRequest, pending: SignUp) -> bool:
    """In another browser than the form's: somebody may have typed a stranger's address, and a password of his own."""
    if request.session.get(PENDING) == pending.pk or pending.is_expired(now=timezone.now()):
        return False
    return not User.objects.filter(email=pending.email).exists()  # an account signs in before anything is opened


def _prove(request: HttpRequest, pending: SignUp) -> HttpResponse:
    form = ChosenPasswordForm(request.POST if request.method == "POST" else None, sign_up=pending)
    if form.is_valid():
        request.session[PENDING] = pending.pk
        return redirect(request.path)
    context = {"title": _("Open “%(name)s”") % {"name": pending.name}, "sign_up": pending, "form": form}
    return render(request, "controlplane/prove.html", context, status=422 if form.errors else 200)


def _confirm(request: HttpRequest, pending: SignUp, *, slug: str) -> HttpResponse:
    by = request.user if isinstance(request.user, User) else None
    had_account = User.objects.filter(email=pending.email).exists()
    try:
        campaign = confirm_sign_up(sign_up=pending, slug=slug, by=by, now=timezone.now())
    except LinkExpired:
        return _confirm_page(request, pending)
    except AccountExists:
        return redirect(f"{reverse('controlplane:login')}?{urlencode({'next': request.path})}")
    except SlugTaken:
        return _confirm_page(request, pending, taken=slug or pending.slug)
    except RegionFull:
        return _confirm_page(request, pending, is_full=True)
    if not had_account:
        login(request, campaign.owner)
    return redirect("controlplane:opening", campaign.uuid)


def _already_confirmed(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The campaign's page; who is not signed in as its owner signs in first."""
    return redirect("controlplane:opening", campaign.uuid)


def _confirm_page(
    request: HttpRequest, pending: SignUp, *, form: AddressForm | None = None, taken: str = "", is_full: bool = False
) -> HttpResponse:
    now = timezone.now()
    if not taken and not form and not is_free(pending.slug):
        taken = pending.slug
    wished = taken or pending.slug
    context = {
        "title": _("Open “%(name)s”") % {"name": pending.name},
        "sign_up": pending,
        "form": form or AddressForm(),
        "taken": taken,
        "is_full": is_full,
        "is_expired": pending.is_expired(now=now),
        "suggestions": free_slugs_like(wished, name=pending.name, year=now.year) if taken or form else [],
    }
    status = 410 if context["is_expired"] else 409 if taken or is_full else 200
    return render(request, "controlplane/confirm.html", context, status=status)
