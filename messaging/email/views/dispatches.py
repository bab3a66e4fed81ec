"""A message on its way, and afterwards: one address from the undo window to the report."""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access.enums import Access
from crm.access.services import log_access
from crm.consent.enums import Reach
from crm.consent.reach import REACH
from crm.exports.formats import harmless
from crm.people.models import Person
from messaging.deliveries import services as deliveries
from messaging.deliveries.enums import DeliveryState, LegalClass, Reason
from messaging.deliveries.models import Delivery, Mailing
from messaging.deliveries.queries import deliveries_of, goes_on_at, pace
from messaging.deliveries.requests import count_agreed
from messaging.email import services
from messaging.email.journal import journal_of
from messaging.email.models import Dispatch, Message
from messaging.email.queries import live_dispatch
from messaging.email.views.common import crumbs
from messaging.measuring.queries import readership
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.confirming import confirmed
from tenants.office.profile import campaign_profile
from tenants.users.permissions import can

PER_PAGE = 50


def _dispatch_or_404(message_id: int) -> Dispatch:
    dispatch = live_dispatch(get_object_or_404(Message, pk=message_id))
    if dispatch is None:
        raise Http404
    return dispatch


def _state(request: TenantRequest, dispatch: Dispatch) -> dict[str, Any]:
    now = timezone.now()
    mailing = dispatch.mailing
    current = pace(mailing, now=now)
    left = max(0, int((mailing.starts_at - now).total_seconds()))
    window = max(1, int((mailing.starts_at - mailing.asked_at).total_seconds()))
    return {
        "message": dispatch.message,
        "dispatch": dispatch,
        "mailing": mailing,
        "pace": current,
        "results": current.results,
        "percent": int(current.results.percent),
        "goes_on_at": goes_on_at(mailing, now=now) if current.results.waiting_for_the_hour else None,
        "seconds_to_start": left,
        "waited": min(100, 100 * (window - left) // window),
        "may_send": can(request.user, "messages.send"),
        "may_edit": can(request.user, "messages.edit"),
        "measures": campaign_profile().measures_messages,
        "agreed": count_agreed(mailing) if mailing.legal_class == LegalClass.REQUEST else None,
    }


@needs("messages.view")
def sending(request: TenantRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    dispatch = live_dispatch(message)
    if dispatch is None:
        return redirect("messages:edit", message.pk)
    context = {
        **_state(request, dispatch),
        **_readership(request, dispatch.mailing),
        "journal": journal_of(message),
        "breadcrumbs": crumbs(("", message.subject)),
    }
    return render(request, "email/dispatch.html", context)


def _readership(request: TenantRequest, mailing: Mailing) -> dict[str, Any]:
    """Where the campaign measures, or did when the message left."""
    known = readership(mailing) if mailing.started_at else None
    if known is None or not (known.agreed or campaign_profile().measures_messages):
        return {}
    return {
        "readership": known,
        "title": mailing.title.replace(",", " ").replace(";", " "),
        "may_choose": can(request.user, "segments.edit"),
    }


@needs("messages.view")
def progress(request: TenantRequest, message_id: int) -> HttpResponse:
    """The part of the page that moves, asked for every other second while something moves."""
    dispatch = _dispatch_or_404(message_id)
    response = render(request, "email/parts/progress.html", _state(request, dispatch))
    response["X-Moving"] = "yes" if dispatch.mailing.is_moving else "no"
    return response


@needs("messages.send")
@require_POST
def cancel(request: TenantRequest, message_id: int) -> HttpResponse:
    dispatch = _dispatch_or_404(message_id)
    try:
        services.take_back(dispatch=dispatch, actor_id=request.user.pk, now=timezone.now())
    except deliveries.TooLate:
        messages.error(request, _("Too late: the first messages have left. You can still stop the others."))
        return redirect("messages:sending", message_id)
    messages.success(request, _("Stopped: nobody has received anything. The message is a draft again."))
    return redirect("messages:edit", message_id)


def _changing(change: Callable[..., None]) -> Callable[..., HttpResponseBase]:
    @needs("messages.send")
    @require_POST
    def view(request: TenantRequest, message_id: int) -> HttpResponse:
        dispatch = _dispatch_or_404(message_id)
        try:
            change(mailing=dispatch.mailing, actor_id=request.user.pk, now=timezone.now())
        except deliveries.TooLate:
            messages.info(request, _("The sending has gone on meanwhile: here is where it stands."))
        return redirect("messages:sending", message_id)

    return view


pause = _changing(deliveries.pause_mailing)
resume = _changing(deliveries.resume_mailing)
stop = _changing(deliveries.stop_mailing)


@needs("messages.view")
def recipients(request: TenantRequest, message_id: int) -> HttpResponse:
    dispatch = _dispatch_or_404(message_id)
    state = request.GET.get("etat", "")
    state = state if state in DeliveryState.values else ""
    page = Paginator(deliveries_of(dispatch.mailing, state=state), PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "message": dispatch.message,
        "mailing": dispatch.mailing,
        "page": page,
        "state": state,
        "states": DeliveryState.choices,
        "query": f"etat={state}&",
        "may_export": can(request.user, "people.export"),
        "breadcrumbs": crumbs(("", dispatch.message.subject)),
    }
    return render(request, "email/dispatch_recipients.html", context)


@needs("people.export")
@confirmed
def export(request: TenantRequest, message_id: int) -> StreamingHttpResponse:
    """Everybody with outcome and legal basis: the proof that each message had one."""
    dispatch = _dispatch_or_404(message_id)
    count, about = deliveries_of(dispatch.mailing).count(), f"message:{message_id}"
    log_access(kind=Access.RECIPIENTS, by=request.user.pk, now=timezone.now(), count=count, about=about)
    response = StreamingHttpResponse(_rows(dispatch), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="message-{message_id}.csv"'
    return response


def _rows(dispatch: Dispatch) -> Iterator[bytes]:
    found = deliveries_of(dispatch.mailing)
    titles = [
        _("person"),
        _("first name"),
        _("last name"),
        _("e-mail"),
        _("outcome"),
        _("reason"),
        _("server's code"),
        _("at"),
        _("legal basis"),
        _("consent"),
        _("unsubscribed"),
    ]
    yield ("\ufeff" + _line(titles)).encode()
    for delivery in found.iterator(chunk_size=2000):
        yield _line(_cells(delivery)).encode()


def _cells(delivery: Delivery) -> list[object]:
    return [
        delivery.person.uuid,
        *_identity(delivery.person),
        DeliveryState(delivery.state).label,
        Reason(delivery.reason).label,
        delivery.code,
        _moment(delivery.settled_at),
        delivery.basis,
        delivery.consent_id or "",
        _moment(delivery.unsubscribed_at),
    ]


def _identity(person: Person) -> tuple[str, str, str]:
    """Her reference is proof enough where no file may take her out: she asked to be erased, or never to be written to."""
    if person.erase_requested_at or any(getattr(person, column) == Reach.SUPPRESSED for column in REACH.values()):
        return "", "", ""
    return person.first_name, person.last_name, person.email


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


def _line(cells: Sequence[object]) -> str:
    out = StringIO()
    csv.writer(out, delimiter=";").writerow([harmless(str(cell)) for cell in cells])
    return out.getvalue()
