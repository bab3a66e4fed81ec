"""Who may see an office screen: one decorator, so that the check cannot be forgotten."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from tenants.users.permissions import PERMISSIONS, UnknownPermission, can

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[Any, Arguments], HttpResponseBase]


def forbidden(request: HttpRequest) -> HttpResponse:
    """The page that says «not with your role», with the way back; Wagtail's own answer is a redirect."""
    return render(request, "office/403.html", status=403)


def needs(permission: str) -> Callable[[View[Arguments]], View[Arguments]]:
    """Guard a view of the office: a stranger is sent to the login page, a member without the permission gets a 403."""
    if permission not in PERMISSIONS:
        raise UnknownPermission(permission)

    def guard(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(request: Any, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("wagtailadmin_login"))
            if not can(request.user, permission):
                return forbidden(request)
            return view(request, *args, **kwargs)

        return guarded

    return guard
