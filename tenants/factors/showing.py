"""What a session has shown lately: its second factor, its password. Good for ten minutes."""

from datetime import datetime, timedelta

from django.http import HttpRequest

GOOD_FOR = timedelta(minutes=10)
MINUTES = int(GOOD_FOR.total_seconds() // 60)
FACTOR_SHOWN_AT, PASSWORD_SHOWN_AT = "second_factor_shown_at", "password_shown_at"


def remember_factor(request: HttpRequest, *, now: datetime) -> None:
    request.session[FACTOR_SHOWN_AT] = now.timestamp()


def remember_password(request: HttpRequest, *, now: datetime) -> None:
    request.session[PASSWORD_SHOWN_AT] = now.timestamp()


def is_factor_fresh(request: HttpRequest, *, now: datetime) -> bool:
    return _is_fresh(request, FACTOR_SHOWN_AT, now)


def is_password_fresh(request: HttpRequest, *, now: datetime) -> bool:
    return _is_fresh(request, PASSWORD_SHOWN_AT, now)


def _is_fresh(request: HttpRequest, key: str, now: datetime) -> bool:
    shown: float = request.session.get(key, 0.0)
    return now.timestamp() - shown < GOOD_FOR.total_seconds()
