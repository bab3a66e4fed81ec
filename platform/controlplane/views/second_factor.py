"""A customer's second factor: its code at sign-in, set up, another telephone, new codes, removal. The password is asked first."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from controlplane.forms import OwnPasswordForm
from controlplane.permissions import is_staff
from controlplane.proving import CODES, proves
from controlplane.services.second_factor import check_code, remove_factor, renew_codes, set_up_factor
from controlplane.signing_in import finish_sign_in, must_show_code, remember_second_factor, target_of
from shared.ratelimit import Limit, too_many_requests
from tenants.factors.arriving import arriving
from tenants.factors.enrolling import app_being_set_up
from tenants.factors.forms import WRONG_AT_FIRST, CodeForm, FirstCodeForm, look_at
from tenants.factors.pictures import picture_of
from tenants.factors.queries import FEW, find_factor, has_factor, recovery_codes_left
from tenants.factors.showing import is_password_fresh, remember_password
from tenants.users.models import User

OWN_PASSWORD = Limit("own-password", times=5, seconds=600)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """After the password: nobody is signed in before the code is right."""
    now = timezone.now()
    found = arriving(request, now=now)
    if found is None:
        messages.warning(request, _("Sign in with your password first; after it, ten minutes are left for the code."))
        return redirect("controlplane:login")
    user, arrival = found
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if not CODES.allows(str(user.pk)):
            return too_many_requests(request, CODES)
        app = look_at(form, find_factor(user), lambda code: check_code(user=user, code=code, now=now))
        if app:
            finish_sign_in(request, user, app, now=now)
            _tell_codes_left(request, user)
            return redirect(arrival.to)
    context = {"title": _("Second factor"), "form": form, "operator": settings.OPERATOR}
    return render(request, "controlplane/sign_in_code.html", context, status=422 if form.errors else 200)


def _tell_codes_left(request: HttpRequest, user: User) -> None:
    left = recovery_codes_left(user)
    if left <= FEW:
        words = ngettext(
            "%(number)s recovery code is left. Make new ones on the page of your second factor.",
            "%(number)s recovery codes are left. Make new ones on the page of your second factor.",
            left,
        )
        messages.warning(request, words % {"number": left})


@login_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """What there is; setting one up, or another telephone, begins with the password here."""
    user, now = cast(User, request.user), timezone.now()
    form = _own_password(request)
    if request.method == "POST" and not is_staff(user):
        if not OWN_PASSWORD.allows(str(user.pk)):
            return too_many_requests(request, OWN_PASSWORD)
        if form.is_valid() and proves(request, form):
            remember_password(request, now=now)
            return redirect(_with_next("controlplane:factor_set_up", request))
    context = {
        "title": _("Second factor"),
        "form": form,
        "app": find_factor(user),
        "left": recovery_codes_left(user),
        "few": FEW,
        "is_operator": is_staff(user),
        "is_led_here": "next" in request.GET,
    }
    return render(request, "controlplane/factor.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The first telephone after the password; another one after a code of the one before, too."""
    user, now = cast(User, request.user), timezone.now()
    if is_staff(user) or not is_password_fresh(request, now=now) or must_show_code(request, now=now):
        return redirect(_with_next("controlplane:factor", request))
    app = app_being_set_up(request, user, now=now)
    form = FirstCodeForm(request.POST or None)
    if request.method == "POST":
        if not CODES.allows(str(user.pk)):
            return too_many_requests(request, CODES)
        if codes := look_at(
            form, app, lambda code: set_up_factor(user=user, app=app, code=code, now=now), WRONG_AT_FIRST
        ):
            update_session_auth_hash(request, user)
            remember_second_factor(request, app, now=now)
            return _show_codes(request, codes, onward=_onward(request))
    context = {"title": _("Set up your second factor"), "form": form, "app": app, "picture": picture_of(app)}
    return render(request, "controlplane/factor_set_up.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if is_staff(user) or not has_factor(user):
        return redirect("controlplane:factor")
    form = _own_password(request)
    if request.method == "POST":
        if not OWN_PASSWORD.allows(str(user.pk)):
            return too_many_requests(request, OWN_PASSWORD)
        if form.is_valid() and proves(request, form):
            codes = renew_codes(user=user, now=timezone.now())
            return _show_codes(request, codes, onward=reverse("controlplane:factor"))
    context = {"title": _("New recovery codes"), "form": form}
    return render(request, "controlplane/factor_codes.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def removal(request: HttpRequest) -> HttpResponse:
    """Password and code together, however fresh the last one is: a computer that was left open is not enough."""
    user = cast(User, request.user)
    if is_staff(user) or not has_factor(user):
        return redirect("controlplane:factor")
    form = OwnPasswordForm(request.POST or None, user=user, asks_code=True)
    if request.method == "POST":
        if not OWN_PASSWORD.allows(str(user.pk)):
            return too_many_requests(request, OWN_PASSWORD)
        if form.is_valid() and proves(request, form):
            remove_factor(user=user, now=timezone.now())
            messages.success(request, _("Your second factor is removed. Signing in takes your password alone."))
            return redirect("controlplane:factor")
    context = {"title": _("Remove the second factor"), "form": form}
    return render(request, "controlplane/factor_removal.html", context, status=422 if form.errors else 200)


def _own_password(request: HttpRequest) -> OwnPasswordForm:
    asks_code = must_show_code(request, now=timezone.now())
    return OwnPasswordForm(request.POST or None, user=cast(User, request.user), asks_code=asks_code)


def _show_codes(request: HttpRequest, codes: list[str], *, onward: str) -> HttpResponse:
    context = {"title": _("Your recovery codes"), "codes": codes, "onward": onward}
    return render(request, "controlplane/factor_codes.html", context)


def _with_next(name: str, request: HttpRequest) -> str:
    wished = request.GET.get("next")
    return f"{reverse(name)}?{urlencode({'next': wished})}" if wished else reverse(name)


def _onward(request: HttpRequest) -> str:
    return target_of(request) if "next" in request.GET else reverse("controlplane:factor")
