"""Into the office: after the code, or after setting up a second factor where the campaign wants one."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tenants.factors.arriving import Arrival, begin_arrival, end_arrival
from tenants.factors.queries import has_factor
from tenants.factors.showing import remember_factor
from tenants.office.coming_back import keep_unsent, take_unsent
from tenants.office.queries import find_visit, must_enrol
from tenants.users.models import User


def sign_in(
    request: HttpRequest, user: User, *, to: str, now: datetime, lasts: int | None = None, by_password: bool = True
) -> HttpResponse:
    """Into the office, or first to the code, or to setting up a second factor where the campaign wants one."""
    arrival = Arrival(user.pk, user.get_session_auth_hash(), now.timestamp(), to, lasts, by_password)
    enrolled = has_factor(user)
    if not enrolled and not must_enrol(user):
        return redirect(_enter(request, user, arrival, now=now))
    was_unsent = take_unsent(request)
    begin_arrival(request, arrival)
    if was_unsent:
        keep_unsent(request)
    return redirect("office_code" if enrolled else "office_first_factor")


def finish_sign_in(request: HttpRequest, user: User, arrival: Arrival, *, now: datetime) -> str:
    """The second factor was shown: she is in. Returns where she wanted to go."""
    end_arrival(request)
    to = _enter(request, user, arrival, now=now)
    remember_factor(request, now=now)
    return to


def _enter(request: HttpRequest, user: User, arrival: Arrival, *, now: datetime) -> str:
    login(request, user)
    if visit := find_visit(user):
        request.session.set_expiry(max(1, int((visit.ends_at - now).total_seconds())))
    elif arrival.lasts is not None:
        request.session.set_expiry(arrival.lasts)
    if take_unsent(request):
        messages.warning(request, _("You were signed out before this was sent. Nothing was recorded: send it again."))
    return arrival.to
