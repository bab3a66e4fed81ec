"""A second look at who is at the keyboard before data leaves, or a second factor changes: its code, good for ten minutes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tenants.factors.showing import is_factor_fresh
from tenants.office.coming_back import page_before, page_wanted

Arguments = ParamSpec("Arguments")
_TYPED = "typed_before_the_code"
View = Callable[Concatenate[Any, Arguments], HttpResponseBase]


def confirmed(view: View[Arguments]) -> View[Arguments]:
    """The code is asked first, then the page that was wanted; whoever has no second factor sets one up."""

    @wraps(view)
    def checked(request: Any, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if is_factor_fresh(request, now=timezone.now()):
            return view(request, *args, **kwargs)
        return ask(request)

    return checked


def confirmed_form(view: View[Arguments]) -> View[Arguments]:
    """The same for a page that posts to itself: what was typed comes back after the code (`typed_before`).

    Not where a password is typed: it waits in the session.
    """
    guarded = confirmed(view)

    @wraps(view)
    def checked(request: Any, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if request.method != "POST" or is_factor_fresh(request, now=timezone.now()):
            return guarded(request, *args, **kwargs)
        path, posted = request.get_full_path(), request.POST.copy()
        posted.pop("csrfmiddlewaretoken", None)
        request.session[_TYPED] = [path, posted.urlencode()]
        return _to_the_code(path, back="")

    return checked


def is_typed_kept(request: HttpRequest) -> bool:
    """Whether something waits for the page that comes after the code."""
    path, _posted = request.session.get(_TYPED, ("", ""))
    return bool(path) and path == request.GET.get("next")


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What this page was sent when its code was too old, once."""
    if request.method != "GET" or _TYPED not in request.session:
        return None
    path, posted = request.session.pop(_TYPED)
    if path != request.get_full_path():
        return None
    messages.info(request, _("Your code was asked for again. What you had typed is here: send it once more."))
    return QueryDict(posted)


def ask(request: HttpRequest) -> HttpResponse:
    """To the code, and back: after a button, to the page that it was on."""
    back = page_before(request)
    is_guarded = urlsplit(back).path in (request.path, reverse("office_confirm"))
    return _to_the_code(page_wanted(request), back="" if is_guarded else back)


def _to_the_code(wanted: str, *, back: str) -> HttpResponse:
    """`back`: where whoever does not go on goes; not to a page that asks for the code again."""
    places = {"next": wanted} | ({"back": back} if back else {})
    return redirect(f"{reverse('office_confirm')}?{urlencode(places)}")


def target_of(request: HttpRequest, otherwise: str, *, name: str = "next") -> str:
    wanted = request.GET.get(name, "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse(otherwise)
