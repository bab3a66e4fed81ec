"""From the list of people: whom the law lets one ask for an agreement, the words, the button."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from crm.people.selecting import Selection, selection_from, selection_of
from messaging.deliveries.enums import REQUEST_BASIS
from messaging.deliveries.requests import reckon_request
from messaging.email import asking, services
from messaging.email.checks import may_leave
from messaging.email.forms import SendForm
from messaging.email.models import Dispatch, Message
from messaging.email.queries import live_dispatch
from messaging.email.rendering import write
from messaging.email.views.common import crumbs
from messaging.email.views.review import MAIL_POLICY, as_read
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can

PROBLEMS: dict[type[Exception], str | Promise] = {
    services.ChangedMeanwhile: gettext_lazy(
        "Somebody changed the message since you opened this page. Read it again, here it is."
    ),
    services.NotReady: gettext_lazy("A check has to be mended first."),
    services.NobodyToWriteTo: gettext_lazy("Nobody of these people may be asked."),
    services.WrongNumber: gettext_lazy(
        "The number is not the number of people. Look at the subtraction, then write the last line."
    ),
}


@needs("messages.send")
@require_http_methods(["GET", "POST"])
@never_cache
def ask(request: TenantRequest) -> HttpResponse:
    """Of those whom the list shows, or who are ticked."""
    if not can(request.user, "people.view"):
        raise PermissionDenied
    selection = selection_of(request.GET, user=request.user)
    message = asking.new_request(selection)

    def send(order: services.Order) -> Dispatch:
        return asking.ask_selection(selection=selection, order=order, actor=request.user, now=timezone.now())

    return _answer(request, message, selection, send)


@needs("messages.view")
@require_http_methods(["GET", "POST"])
@never_cache
def ask_again(request: TenantRequest, message_id: int) -> HttpResponse:
    """One that was taken back: whom it was for is counted anew."""
    message = get_object_or_404(Message, pk=message_id, selection__isnull=False)
    if live_dispatch(message):
        return redirect("messages:sending", message.pk)
    if request.method == "POST" and not can(request.user, "messages.send"):
        raise PermissionDenied

    def send(order: services.Order) -> Dispatch:
        return asking.send_request(message_id=message.pk, order=order, now=timezone.now())

    return _answer(request, message, selection_from(message.selection or {}), send)


@needs("messages.view")
@require_GET
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # django-csp knows views without arguments only
def frame(request: TenantRequest) -> HttpResponse:
    """The mail itself; whom it goes to changes nothing of it."""
    return HttpResponse(as_read(write(asking.new_request(Selection())), None, basis=REQUEST_BASIS).html)


def _answer(
    request: TenantRequest, message: Message, selection: Selection, send: Callable[[services.Order], Dispatch]
) -> HttpResponse:
    if request.method == "GET":
        return _page(request, message, selection, SendForm(initial={"version": message.version}))
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, message, selection, form, _("The date is not understood."))
    cleaned = form.cleaned_data
    try:
        dispatch = send(services.Order(cleaned["version"], cleaned["number"], request.user.pk, cleaned["later"]))
    except services.AlreadySent:
        return redirect("messages:sending", message.pk)
    except tuple(PROBLEMS) as error:
        return _page(request, message, selection, form, str(PROBLEMS[type(error)]))
    return redirect("messages:sending", dispatch.message_id)


def _page(
    request: TenantRequest, message: Message, selection: Selection, form: SendForm, problem: str = ""
) -> HttpResponse:
    now = timezone.now()
    reckoning, checks = reckon_request(selection, now=now), asking.request_checks(message, now=now)
    context: dict[str, Any] = {
        "message": message,
        "form": form,
        "problem": problem,
        "reckoning": reckoning,
        "checks": checks,
        "good": sum(check.state == "good" for check in checks),
        "can_leave": may_leave(checks) and bool(reckoning.asked),
        "asks_number": reckoning.asked > services.TYPED_ABOVE,
        "undo_seconds": settings.SEND_UNDO_SECONDS,
        "text": as_read(write(message), None, basis=REQUEST_BASIS).text,
        "may_send": can(request.user, "messages.send"),
        "may_set": can(request.user, "settings.edit"),
        "list_url": f"{reverse('people:list')}?{selection.query}",
        "breadcrumbs": crumbs(("", _("Ask for their agreement"))),
    }
    return render(request, "email/request.html", context, status=422 if problem else 200)
