"""A second look at who is at the keyboard before data leaves, or a second factor changes: its code, good for ten minutes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.factors.showing import is_factor_fresh

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[Any, Arguments], HttpResponseBase]


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
