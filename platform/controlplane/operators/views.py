"""The second factor: shown at each entry and before what is grave; set up at the first one."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from controlplane.console import console
from controlplane.operators.access import needs, target_of
from controlplane.operators.models import Operator
from controlplane.operators.services import (
    check_code,
    finish_enrolment,
    renew_recovery_codes,
)
from controlplane.permissions import is_staff
from controlplane.proving import CODES
from controlplane.signing_in import remember_second_factor
from shared.ratelimit import too_many_requests
from tenants.factors.enrolling import app_being_set_up
from tenants.factors.forms import WRONG_AT_FIRST, CodeForm, FirstCodeForm, look_at
from tenants.factors.pictures import picture_of
from tenants.factors.queries import FEW, find_factor, has_factor, recovery_codes_left
from tenants.users.models import User


def _operator(request: HttpRequest) -> Operator:
    return Operator.objects.select_related("user").get(user_id=cast(User, request.user).pk)


def _context(request: HttpRequest, **values: Any) -> dict[str, Any]:
    return {**console.each_context(request), "next": target_of(request), **values}


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    if not is_staff(request.user):
        return redirect("admin:login")
    operator = _operator(request)
    if not has_factor(operator.user):
        return redirect("operators:enrolment")
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if not CODES.allows(str(operator.user_id)):
            return too_many_requests(request, CODES)
        now = timezone.now()
        app = look_at(form, find_factor(operator.user), lambda code: check_code(operator=operator, code=code, now=now))
        if app:
            remember_second_factor(request, app, now=now)
            _tell_codes_left(request, operator)
            return redirect(target_of(request))
    context = _context(request, title=_("Second factor"), form=form)
    return render(request, "operators/second_factor.html", context, status=422 if form.errors else 200)


def _tell_codes_left(request: HttpRequest, operator: Operator) -> None:
    left = recovery_codes_left(operator.user)
    if left <= FEW:
        messages.warning(request, _("Recovery codes left: %(number)s. Make new ones on your page.") % {"number": left})


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment(request: HttpRequest) -> HttpResponse:
    """The first entry: nothing else opens before. A telephone that works is changed by an administrator's reset only."""
    if not is_staff(request.user):
        return redirect("admin:login")
    operator = _operator(request)
    form = FirstCodeForm(request.POST or None)
    now = timezone.now()
    if not operator.may_enrol(now=now):
        return render(request, "operators/closed.html", _context(request, title=_("Second factor")), status=403)
    app = app_being_set_up(request, operator.user, now=now)
    if request.method == "POST":
        if not CODES.allows(str(operator.user_id)):
            return too_many_requests(request, CODES)
        codes = look_at(
            form, app, lambda code: finish_enrolment(operator=operator, app=app, code=code, now=now), WRONG_AT_FIRST
        )
        if codes:
            remember_second_factor(request, app, now=now)
            return _show_codes(request, codes)
    values = {"form": form, "app": app, "picture": picture_of(app)}
    context = _context(request, title=_("Set up your second factor"), **values)
    return render(request, "operators/enrolment.html", context, status=422 if form.errors else 200)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "operators/codes.html", _context(request, title=_("Your recovery codes"), codes=codes))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs("console.view", fresh=True)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    operator = _operator(request)
    if request.method == "POST":
        return _show_codes(request, renew_recovery_codes(operator=operator, now=timezone.now()))
    left = recovery_codes_left(operator.user)
    context = _context(request, title=_("Your recovery codes"), left=left)
    return render(request, "operators/codes.html", context)
