"""Between the password and being signed in: who has begun, and still has to show a second factor.

Nobody is signed in before: there is no page that could forget to ask.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from tenants.users.models import User

GOOD_FOR = timedelta(minutes=10)
_KEY = "signing_in"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has shown what she signs in with: password, invitation or the platform's link."""

    user_id: int
    auth_hash: str  # with another password, or another second factor, she begins again
    began_at: float
    to: str
    lasts: int | None = None  # seconds of the session; 0: until the browser closes; None: as the settings say
    by_password: bool = True  # typed or chosen just now; a link is no proof that she knows it


def begin_arrival(request: HttpRequest, arrival: Arrival) -> None:
    """In a session of its own: nothing that was in the browser before comes along."""
    request.session.flush()
    request.session[_KEY] = asdict(arrival)


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


def end_arrival(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
