from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.fields.models import CustomField
from crm.fields.queries import fields_for_site
from shared.client import client_address
from shared.ratelimit import Limit
from sitebuilder.forms import tokens
from sitebuilder.forms.forms import SignupForm
from sitebuilder.forms.services import Submission, sign_up
from sitebuilder.forms.templatetags.siteforms import CODE
from sitebuilder.forms.wording import (
    email_wording,
    legal_sentence,
    sms_wording,
    targeting_wording,
    tracking_wording,
    whole_wording,
)
from sitebuilder.themes.chrome import chrome_for
from tenants.context import require_tenant
from tenants.office.models import CampaignProfile
from tenants.office.profile import campaign_profile

# Wide enough for a stall where everyone signs up behind one address.
SIGNUPS = Limit("signup", times=60, seconds=600)
BOXES = ("consent_email", "consent_sms", "consent_targeting", "consent_tracking")


class Refused(Exception):
    """The form comes back with what was typed, and this reason."""

    def __init__(self, notice: str, status: int, drop: tuple[str, ...] = (), fields: tuple[int, ...] = ()) -> None:
        super().__init__(notice)
        self.notice, self.status, self.drop, self.fields = notice, status, drop, fields


@never_cache
@csrf_exempt  # the pages with the form are kept for all visitors: sitebuilder.forms.tokens says what stands for it
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    profile = campaign_profile()
    if request.method != "POST":
        return _form_page(request, SignupForm(), profile)
    try:
        token = _checked_token(request, profile)
    except Refused as refused:
        return _again(request, profile, refused)
    form = SignupForm(request.POST, asks_birth_date=token.asks_birth_date, custom_fields=_asked(token.fields))
    if not form.is_valid():
        return _form_page(request, form, profile, asks_birth_date=token.asks_birth_date, status=422)
    if form.needs_commune:
        return _form_page(request, form, profile, ask_commune=True, token=request.POST["jeton"])
    submission = Submission(
        fields=form.cleaned_data,
        form="signup",
        page_url=_page_address(request),
        token=request.POST["jeton"],
        recruiter_code=_code(request),
        language=require_tenant().language,
        custom=form.custom(),
    )
    done = sign_up(submission=submission, profile=profile, now=timezone.now())
    if done.waiting:
        return HttpResponseRedirect(f"{reverse('signup_waiting', args=[done.waiting])}?moi={done.code}", status=303)
    return thanks(request, done.code)


def thanks(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponseRedirect(f"{chrome_for(request).thanks_url}?moi={code}", status=303)


def _checked_token(request: HttpRequest, profile: CampaignProfile) -> tokens.FormToken:
    """The form's token; raises Refused when the form cannot be believed as it stands."""
    if not tokens.comes_from_here(request):
        raise Refused(_("This form was sent from another site. Nothing was recorded."), 403)
    if not SIGNUPS.allows(client_address(request)):
        raise Refused(_("Too many forms were sent from here. Please try again in a few minutes."), 429)
    try:
        return _open(request, profile)
    except tokens.TokenInvalid:
        raise Refused(
            _("This form could not be checked. Nothing was recorded: please send it again."), 403, BOXES
        ) from None
    except tokens.TokenExpired as error:
        words = _("The page was open for a long time. Please check what you wrote and send it again.")
        raise Refused(words, 409, BOXES, error.fields) from None
    except tokens.TooFast as error:
        words = _("That was very quick. Please check what you wrote and send it again.")
        raise Refused(words, 429, fields=error.fields) from None


def _open(request: HttpRequest, profile: CampaignProfile) -> tokens.FormToken:
    token = tokens.open_token(request.POST.get("jeton", ""), now=timezone.now())
    if token.wording != tokens.digest(whole_wording(profile)):
        raise tokens.TokenExpired(token.fields)  # the words beside the boxes are no longer those that were shown
    if request.POST.get("site_web"):
        raise tokens.TooFast(token.fields)  # no person sees that field
    return token


def _again(request: HttpRequest, profile: CampaignProfile, refused: Refused) -> HttpResponse:
    """The form with what was typed. Boxes are empty again where the words beside them may have changed."""
    typed = request.POST.copy()
    for name in refused.drop:
        typed.pop(name, None)
    asks_birth_date = "birth_date" in typed
    form = SignupForm(asks_birth_date=asks_birth_date, custom_fields=_asked(refused.fields))
    form.data = typed
    form.show_again(typed)
    return _form_page(
        request, form, profile, notice=refused.notice, asks_birth_date=asks_birth_date, status=refused.status
    )


def _form_page(
    request: HttpRequest, form: SignupForm, profile: CampaignProfile, *, status: int = 200, **extra: Any
) -> HttpResponse:
    asks_birth_date = bool(extra.get("asks_birth_date"))
    fresh = tokens.issue_token(
        page_id=0,
        wording=whole_wording(profile),
        asks_birth_date=asks_birth_date,
        fields=[one.key for one in form.custom_fields],
    )
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name in form.fields and name != "commune"
        for value in values
    ]
    context = {
        "form": form,
        "title": _title(form, extra),
        "carried": carried,
        "recruiter": _code(request),
        "email_wording": email_wording(profile),
        "sms_wording": sms_wording(profile),
        "targeting_wording": targeting_wording(profile),
        "tracking_wording": tracking_wording(profile),
        "legal_sentence": legal_sentence(profile),
        **extra,
        "token": extra.get("token") or fresh,
    }
    return render(request, "siteforms/signup_page.html", context, status=status)


def _asked(keys: tuple[int, ...]) -> list[CustomField]:
    """Those of the form's own questions that are still there to be asked."""
    return [field for field in fields_for_site() if field.key in keys] if keys else []


def _title(form: SignupForm, extra: dict[str, Any]) -> str:
    if form.errors or extra.get("notice"):
        return _("Please check the form")
    return _("One last question") if extra.get("ask_commune") else _("Join us")


def _code(request: HttpRequest) -> str:
    code = request.POST.get("de") or request.GET.get("de") or ""
    return code if CODE.match(code) else ""


def _page_address(request: HttpRequest) -> str:
    """The page that the form stood on, without its parameters; the form's own page when the browser does not say."""
    address = request.headers.get("Referer", "").split("?")[0].split("#")[0]
    origin = f"{request.scheme}://{request.get_host()}/"
    return address[:300] if address.startswith(origin) else f"{origin}inscription/"
