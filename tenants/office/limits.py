"""How often one may knock at the office's door, counted in the campaign's own cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from shared.client import client_address
from shared.ratelimit import Limit
from tenants.http import TenantRequest

SIGN_IN = Limit("office-sign-in", times=30, seconds=600)
SIGN_IN_EMAIL = Limit("office-sign-in-email", times=10, seconds=600)
PASSWORD = Limit("office-password", times=10, seconds=3600)
PASSWORD_EMAIL = Limit("office-password-email", times=3, seconds=3600)
LINKS = Limit("office-links", times=60, seconds=600)
CODES = Limit("office-second-factor", times=20, seconds=600)
OWN_PASSWORD = Limit("office-own-password", times=5, seconds=600)

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[Any, Arguments], HttpResponseBase]


def knocks(limit: Limit, per_email: Limit | None = None, field: str = "") -> Callable[[Any], Any]:
    """Limit what is posted to a view: by the visitor's address and, when it names one, by the e-mail it is about."""

    def guard(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(request: Any, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            if request.method == "POST":
                allowed = limit.allows(client_address(request))
                if per_email is not None:
                    allowed = per_email.allows(request.POST.get(field, "").strip()) and allowed
                if not allowed:
                    return too_often(request, limit)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def too_often(request: TenantRequest, limit: Limit) -> HttpResponse:
    response = render(request, "office/too_often.html", {"minutes": max(1, limit.seconds // 60)}, status=429)
    response["Retry-After"] = str(limit.seconds)
    return response
