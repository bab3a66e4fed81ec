"""A second look at who is at the keyboard before data leaves: the password again, good for ten minutes.

Until the office has a second factor of its own; then it is asked here.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from shared.ratelimit import Limit
from tenants.http import TenantRequest

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[TenantRequest, Arguments], HttpResponseBase]
GOOD_FOR = timedelta(minutes=10)
TRIES = Limit("exports.confirm", 5, 600)
_KEY = "exports.confirmed_at"


def confirm(request: TenantRequest, now: datetime) -> None:
    request.session[_KEY] = now.isoformat()


def is_confirmed(request: TenantRequest, now: datetime) -> bool:
    at: str = request.session.get(_KEY, "")
    return bool(at) and now - datetime.fromisoformat(at) < GOOD_FOR


def confirmed(view: View[Arguments]) -> View[Arguments]:
    """The password is asked first; then the page that was wanted."""

    @wraps(view)
    def checked(request: TenantRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if is_confirmed(request, timezone.now()):
            return view(request, *args, **kwargs)
        return ask(request)

    return checked


def ask(request: TenantRequest) -> HttpResponse:
    wanted: Any = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "")
    return redirect(f"{reverse('exports:confirm')}?{urlencode({'next': wanted})}")
