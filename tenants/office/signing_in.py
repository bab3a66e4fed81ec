"""Between the password and the office: who has begun to sign in, and still has to show a second factor.

Nobody is signed in before: there is no page that could forget to ask.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from tenants.factors.queries import has_factor
from tenants.office.confirming import remember_factor
from tenants.office.queries import find_visit, must_enrol
from tenants.users.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
GOOD_FOR = timedelta(minutes=10)
_KEY = "signing_in"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has shown what she signs in with: password, invitation or the platform's link."""

    user_id: int
    auth_hash: str  # with another password, or another second factor, she begins again
    began_at: float
    to: str
    lasts: int | None  # seconds of the session; 0: until the browser closes; None: as the settings say


def sign_in(request: HttpRequest, user: User, *, to: str, now: datetime, lasts: int | None = None) -> HttpResponse:
    """Into the office, or first to the code, or to setting up a second factor where the campaign wants one."""
    arrival = Arrival(user.pk, user.get_session_auth_hash(), now.timestamp(), to, lasts)
    enrolled = has_factor(user)
    if not enrolled and not must_enrol(user):
        return redirect(_enter(request, user, arrival, now=now))
    request.session.flush()
    request.session[_KEY] = asdict(arrival)
    return redirect("office_code" if enrolled else "office_first_factor")


def arriving(request: HttpRequest, *, now: datetime) -> tuple[User, Arrival] | None:
    """Whoever has begun to sign in here within ten minutes."""
    kept = request.session.get(_KEY)
    if not kept:
        return None
    arrival = Arrival(**kept)
    user = User.objects.filter(pk=arrival.user_id, is_active=True).first()
    is_late = now.timestamp() - arrival.began_at >= GOOD_FOR.total_seconds()
    if user is None or is_late or not constant_time_compare(arrival.auth_hash, user.get_session_auth_hash()):
        return None
    return user, arrival


def finish_sign_in(request: HttpRequest, user: User, arrival: Arrival, *, now: datetime) -> str:
    """The second factor was shown: she is in. Returns where she wanted to go."""
    request.session.pop(_KEY, None)
    to = _enter(request, user, arrival, now=now)
    remember_factor(request, now=now)
    return to


def _enter(request: HttpRequest, user: User, arrival: Arrival, *, now: datetime) -> str:
    login(request, user, backend=BACKEND)
    if visit := find_visit(user):
        request.session.set_expiry(max(1, int((visit.ends_at - now).total_seconds())))
    elif arrival.lasts is not None:
        request.session.set_expiry(arrival.lasts)
    return arrival.to
