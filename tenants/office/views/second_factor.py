"""A member's own second factor: set up, new codes, another telephone, removal; and its code before what is grave."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.auth import require_admin_access

from tenants.factors.enrolling import app_being_set_up
from tenants.factors.forms import WRONG_AT_FIRST, CodeForm, FirstCodeForm, look_at
from tenants.factors.pictures import picture_of
from tenants.factors.queries import FEW, find_factor, has_factor, recovery_codes_left
from tenants.factors.showing import (
    MINUTES,
    is_factor_fresh,
    is_password_fresh,
    remember_factor,
    remember_password,
)
from tenants.http import TenantRequest
from tenants.office.confirming import ask, confirmed, is_typed_kept, target_of
from tenants.office.forms import OwnPasswordForm, RemovalForm
from tenants.office.limits import CODES, OWN_PASSWORD, too_often
from tenants.office.profile import campaign_profile
from tenants.office.services.second_factor import (
    FactorRequired,
    check_factor,
    remove_factor,
    renew_codes,
    set_up_factor,
)
from tenants.users.models import User


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@require_admin_access
def overview(request: TenantRequest) -> HttpResponse:
    """What there is; whoever has none begins here, with her password."""
    user, now = request.user, timezone.now()
    app = find_factor(user)
    form = OwnPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and app is None:
        if not OWN_PASSWORD.allows(str(user.pk)):
            return too_often(request, OWN_PASSWORD)
        if form.is_valid():
            remember_password(request, now=now)
            return redirect(f"{reverse('office_factor_set_up')}?{request.GET.urlencode()}")
    context = {
        "app": app,
        "form": form,
        "left": recovery_codes_left(user),
        "few": FEW,
        "is_required": campaign_profile().requires_second_factor,
        "is_led_here": "next" in request.GET,
        "breadcrumbs": _crumbs(),
    }
    return render(request, "office/factor.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@require_admin_access
def set_up(request: TenantRequest) -> HttpResponse:
    """The first telephone after the password; another one after a code of the one before."""
    now = timezone.now()
    if has_factor(request.user):
        if not is_factor_fresh(request, now=now):
            return ask(request)
    elif not is_password_fresh(request, now=now):
        return redirect(f"{reverse('office_factor')}?{request.GET.urlencode()}")

    def done() -> str:
        update_session_auth_hash(request, request.user)
        remember_factor(request, now=now)
        return target_of(request, "office_factor")

    return enrolment(request, user=request.user, template="office/factor_set_up.html", done=done)


def enrolment(request: TenantRequest, *, user: User, template: str, done: Callable[[], str]) -> HttpResponse:
    """The picture and the first code. Once the app has shown that it works, `done` says where to go from the recovery codes."""
    now = timezone.now()
    app = app_being_set_up(request, user, now=now)
    form = FirstCodeForm(request.POST or None)
    if request.method == "POST":
        if not CODES.allows(str(user.pk)):
            return too_often(request, CODES)
        if codes := look_at(
            form, app, lambda code: set_up_factor(user=user, app=app, code=code, now=now), WRONG_AT_FIRST
        ):
            return _show_codes(request, codes, onward=done())
    crumbs = _crumbs(("", _("Set it up")))
    context = {"app": app, "picture": picture_of(app), "form": form, "breadcrumbs": crumbs}
    return render(request, template, context, status=422 if form.errors else 200)


@never_cache
@require_POST
@require_admin_access
@confirmed
def recovery_codes(request: TenantRequest) -> HttpResponse:
    codes = renew_codes(user=request.user, now=timezone.now())
    return _show_codes(request, codes, onward=reverse("office_factor"))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@require_admin_access
def removal(request: TenantRequest) -> HttpResponse:
    """Password and code together: a computer that was left open is not enough."""
    user = request.user
    if not has_factor(user):
        return redirect("office_factor")
    form = RemovalForm(request.POST or None, user=user)
    if request.method == "POST":
        if not OWN_PASSWORD.allows(str(user.pk)):
            return too_often(request, OWN_PASSWORD)
        if form.is_valid() and _remove(request, form):
            return redirect("office_factor")
    context = {"form": form, "breadcrumbs": _crumbs(("", _("Remove")))}
    return render(request, "office/factor_removal.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@require_admin_access
def confirm(request: TenantRequest) -> HttpResponse:
    """The code again, for who is about to do something grave; whoever has none sets it up first."""
    if not has_factor(request.user):
        wanted = urlencode({"next": target_of(request, "office_factor")})
        return redirect(f"{reverse('office_factor')}?{wanted}")
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if not CODES.allows(str(request.user.pk)):
            return too_often(request, CODES)
        if is_right(form, request.user):
            remember_factor(request, now=timezone.now())
            return redirect(target_of(request, "office_factor"))
    context = {
        "form": form,
        "minutes": MINUTES,
        "is_typed_kept": is_typed_kept(request),
        "back": target_of(request, "wagtailadmin_home", name="back"),
        "breadcrumbs": [("", _("Confirm that it is you"))],
    }
    return render(request, "office/factor_confirm.html", context, status=422 if form.errors else 200)


def is_right(form: CodeForm | RemovalForm, user: User) -> bool:
    """The code is used up when it is right; otherwise it is said what is the matter with it."""
    now = timezone.now()
    return bool(look_at(form, find_factor(user), lambda code: check_factor(user=user, code=code, now=now)))


def _remove(request: TenantRequest, form: RemovalForm) -> bool:
    if not is_right(form, request.user):
        return False
    try:
        remove_factor(user=request.user, now=timezone.now())
    except FactorRequired:
        form.add_error(None, _("This campaign wants a second factor of everybody: yours stays."))
        return False
    messages.success(request, _("Your second factor is removed. Signing in takes your password alone."))
    return True


def _show_codes(request: TenantRequest, codes: list[str], *, onward: str) -> HttpResponse:
    context = {"codes": codes, "onward": onward, "breadcrumbs": _crumbs(("", _("Recovery codes")))}
    return render(request, "office/factor_codes.html", context)


def _crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [
        (reverse("wagtailadmin_account"), _("My account")),
        (reverse("office_factor") if more else "", _("Second factor")),
        *more,
    ]
