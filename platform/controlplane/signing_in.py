"""Into the account: after the code, where a second factor is set up; and what the session has shown of it since."""

from datetime import datetime, timedelta
from typing import cast

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django_otp import login as mark_shown

from controlplane.permissions import is_staff
from tenants.factors.arriving import Arrival, begin_arrival, end_arrival
from tenants.factors.models import AuthenticatorApp
from tenants.factors.queries import has_factor
from tenants.factors.showing import is_factor_fresh, remember_factor
from tenants.users.models import User

OPERATORS_SESSION = timedelta(hours=10)  # a working day: then password and code are asked again


def sign_in(request: HttpRequest, user: User, *, to: str, now: datetime) -> HttpResponse:
    """Into the account, or first to the code."""
    if not has_factor(user):
        login(request, user)
        return redirect(to)
    begin_arrival(request, Arrival(user.pk, user.get_session_auth_hash(), now.timestamp(), to))
    return redirect("controlplane:sign_in_code")


def finish_sign_in(request: HttpRequest, user: User, app: AuthenticatorApp, *, now: datetime) -> None:
    end_arrival(request)
    login(request, user)
    remember_second_factor(request, app, now=now)


def remember_second_factor(request: HttpRequest, app: AuthenticatorApp, *, now: datetime) -> None:
    """Of a customer or an operator who is signed in: the mark that each page looks for, and how fresh it is."""
    request.session.cycle_key()
    remember_factor(request, now=now)
    if is_staff(request.user):
        request.session.set_expiry(int(OPERATORS_SESSION.total_seconds()))
    mark_shown(request, app)


def must_show_code(request: HttpRequest, *, now: datetime) -> bool:
    """Before what is grave: she has a second factor, and it was not shown within ten minutes."""
    return has_factor(cast(User, request.user)) and not is_factor_fresh(request, now=now)


def set_up_first(request: HttpRequest) -> HttpResponse:
    """Whoever has no second factor sets one up, then goes on where she was."""
    return redirect(f"{reverse('controlplane:factor')}?{urlencode({'next': request.path})}")


def target_of(request: HttpRequest) -> str:
    """Where the visitor wanted to go, if that is here."""
    wished = request.POST.get("next", request.GET.get("next", ""))
    hosts, is_secure = {request.get_host()}, request.is_secure()
    safe = url_has_allowed_host_and_scheme(wished, allowed_hosts=hosts, require_https=is_secure)
    return wished if wished and safe else "/compte/"
