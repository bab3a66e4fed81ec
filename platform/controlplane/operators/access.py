"""The console's door: who has shown the second factor, and for what it must be shown again."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from controlplane.permissions import is_let_in, may
from tenants.factors.showing import is_factor_fresh

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def ask_again(request: HttpRequest) -> HttpResponse:
    """To the code, and back to the page that the visitor was on: the address of a button takes no visit."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else _page_of_the_button(request)
    return redirect(f"{reverse('operators:second_factor')}?{urlencode({'next': back})}")


def _page_of_the_button(request: HttpRequest) -> str:
    page = urlsplit(request.headers.get("Referer", ""))
    return urlunsplit(("", "", page.path, page.query, "")) or reverse("admin:index")


def target_of(request: HttpRequest) -> str:
    wished = request.POST.get("next", request.GET.get("next", ""))
    safe = url_has_allowed_host_and_scheme(wished, allowed_hosts=None)
    return wished if wished and safe else reverse("admin:index")


def needs(permission: str, *, fresh: bool = False) -> Callable[[View[P]], View[P]]:
    """A page of the console for who may do this; `fresh`: with the second factor shown within ten minutes."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not is_let_in(request.user):
                return redirect(f"{reverse('admin:login')}?{urlencode({'next': request.get_full_path()})}")
            if not may(request.user, permission):
                raise PermissionDenied
            if fresh and not is_factor_fresh(request, now=timezone.now()):
                return ask_again(request)
            return view(request, *args, **kwargs)

        return cast(View[P], checked)

    return decorate
