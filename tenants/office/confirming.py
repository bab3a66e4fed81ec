"""A second look at who is at the keyboard before data leaves, or a second factor changes: its code, good for ten minutes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[Any, Arguments], HttpResponseBase]
GOOD_FOR = timedelta(minutes=10)
MINUTES = int(GOOD_FOR.total_seconds() // 60)
_FACTOR, _PASSWORD = "second_factor_shown_at", "password_shown_at"


def remember_factor(request: HttpRequest, *, now: datetime) -> None:
    request.session[_FACTOR] = now.timestamp()


def remember_password(request: HttpRequest, *, now: datetime) -> None:
    request.session[_PASSWORD] = now.timestamp()


def is_factor_fresh(request: HttpRequest, *, now: datetime) -> bool:
    return _is_fresh(request, _FACTOR, now)


def is_password_fresh(request: HttpRequest, *, now: datetime) -> bool:
    return _is_fresh(request, _PASSWORD, now)


def _is_fresh(request: HttpRequest, key: str, now: datetime) -> bool:
    shown: float = request.session.get(key, 0.0)
    return now.timestamp() - shown < GOOD_FOR.total_seconds()


def confirmed(view: View[Arguments]) -> View[Arguments]:
    """The code is asked first, then the page that was wanted; whoever has no second factor sets one up."""

    @wraps(view)
    def checked(request: Any, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if is_factor_fresh(request, now=timezone.now()):
            return view(request, *args, **kwargs)
        return ask(request)

    return checked


def ask(request: HttpRequest) -> HttpResponse:
    """To the code, and back: after a button, to the page that it was on."""
    wanted = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
    return redirect(f"{reverse('office_confirm')}?{urlencode({'next': wanted})}")


def target_of(request: HttpRequest, otherwise: str) -> str:
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse(otherwise)
