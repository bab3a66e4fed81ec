"""Before it leaves: the message as it will be read, who reads it, what the checks say, a trial, the button."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from crm.people.models import Person
from crm.segments.models import Segment
from crm.segments.tree import CriteriaInvalid
from messaging.email import services
from messaging.email.checks import Check, may_leave
from messaging.email.forms import SendForm, TrialForm
from messaging.email.merge import own_fields_in, values_of
from messaging.email.mime import Written
from messaging.email.models import Message
from messaging.email.origin import origin_of
from messaging.email.queries import empty_fields, live_dispatch, sample_people
from messaging.email.rendering import preview, write
from messaging.email.trials import sample_recipient
from messaging.email.views.common import audience_context, crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.profile import campaign_profile
from tenants.users.permissions import can

VIEWS = {
    "ordinateur": gettext_lazy("On a screen"),
    "telephone": gettext_lazy("On a phone"),
    "texte": gettext_lazy("As plain text"),
}
MAIL_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF, "data:"],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
}


@needs("messages.view")
def review(request: TenantRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message.objects.select_related("segment", "updated_by"), pk=message_id)
    if live_dispatch(message):
        return redirect("messages:sending", message.pk)
    if message.is_request:
        return redirect("messages:request", message.pk)
    return _page(request, message, SendForm(initial={"version": message.version}))


def _page(request: TenantRequest, message: Message, form: SendForm, problem: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "message": message,
        "form": form,
        "problem": problem,
        "views": [(key, str(label), key == _view(request)) for key, label in VIEWS.items()],
        "view": _view(request),
        "may_edit": can(request.user, "messages.edit"),
        "may_send": can(request.user, "messages.send"),
        "may_set": can(request.user, "settings.edit"),
        "breadcrumbs": crumbs(("", message.subject)),
        **audience_context(message),
    }
    if "reckoning" in context:
        context.update(_readiness(request, message, context))
    return render(request, "email/message_review.html", context, status=422 if problem else 200)


def _readiness(request: TenantRequest, message: Message, context: dict[str, Any]) -> dict[str, Any]:
    _kind, checks = services.readiness(message, now=timezone.now())
    written = write(message)
    criteria, kind, reckoning = services.criteria_of(message), context["kind"], context["reckoning"]
    advice = empty_fields(message, [message.subject, message.preheader, *_sources(message)], criteria, kind)
    checks = [*checks, *(Check("advice", words) for words in advice)]
    people = list(sample_people(criteria, kind))
    person = next(
        (each for each in people if str(each.uuid) == request.GET.get("personne")), people[0] if people else None
    )
    return {
        "checks": checks,
        "good": sum(check.state == "good" for check in checks),
        "can_leave": may_leave(checks) and bool(reckoning.reached),
        "asks_number": reckoning.reached > services.TYPED_ABOVE,
        "people": people,
        "person": person,
        "text": as_read(written, person).text,
        "undo_seconds": settings.SEND_UNDO_SECONDS,
        "trial": TrialForm(initial={"members": [request.user.pk]}),
    }


def _sources(message: Message) -> list[str]:
    return [str(block.value.source if hasattr(block.value, "source") else block.value) for block in message.body]


def _view(request: TenantRequest) -> str:
    asked = request.GET.get("vue", "")
    return asked if asked in VIEWS else "ordinateur"


@needs("messages.view")
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # django-csp knows views without arguments only
def frame(request: TenantRequest, message_id: int) -> HttpResponse:
    """The mail itself, without scripts and under a policy of its own, for the frame of the review."""
    message = get_object_or_404(Message, pk=message_id)
    person = _person(request.GET.get("personne", ""))
    return HttpResponse(as_read(write(message), person).html)


def _person(chosen: str) -> Person | None:
    try:
        return Person.objects.alive().filter(uuid=UUID(chosen)).first()
    except ValueError:
        return None


def as_read(written: Written, person: Person | None, *, basis: str = "consent") -> Written:
    recipient = replace(sample_recipient(person), basis=basis)
    origin = origin_of(recipient, campaign_profile().display_name)
    own = own_fields_in(written.subject, written.html, written.text)
    return preview(
        written,
        {**values_of(recipient, own), "origin": origin, "unsubscribe_url": "#", "view_url": "#", "agree_url": "#"},
    )


@needs("messages.edit")
@require_POST
def trial(request: TenantRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id, selection__isnull=True)
    form = TrialForm(request.POST)
    if form.is_valid():
        members, person = form.cleaned_data["members"], form.cleaned_data["person"]
        services.send_trial(
            message=message, member_ids=[each.pk for each in members], person_id=person.pk if person else None
        )
        words = ngettext(
            "The trial is on its way to one member.", "The trial is on its way to %(count)s members.", len(members)
        )
        messages.success(request, words % {"count": len(members)})
    else:
        messages.error(request, _("Choose at least one member of the team for the trial."))
    return redirect("messages:review", message.pk)


@needs("messages.send")
@require_POST
def send(request: TenantRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id, selection__isnull=True)
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, message, form, _("The date is not understood."))
    cleaned = form.cleaned_data
    order = services.Order(cleaned["version"], cleaned["number"], request.user.pk, cleaned["later"])
    try:
        services.send_message(message_id=message.pk, order=order, now=timezone.now())
    except services.AlreadySent:
        messages.info(request, _("The sending was already asked for: it is done once."))
    except services.ChangedMeanwhile:
        return _page(
            request,
            message,
            _fresh(message),
            _("Somebody changed the message since you opened this page. Read it again, here it is."),
        )
    except (Segment.DoesNotExist, CriteriaInvalid):
        return _page(request, message, form, _("Choose whom to write to first."))
    except services.NotReady:
        return _page(request, message, form, _("A check has to be mended first."))
    except services.NobodyToWriteTo:
        return _page(request, message, form, _("Nobody of this audience can be reached by e-mail."))
    except services.WrongNumber:
        return _page(
            request,
            message,
            form,
            _("The number is not the number of people. Look at the subtraction, then write the last line."),
        )
    return redirect("messages:sending", message.pk)


def _fresh(message: Message) -> SendForm:
    return SendForm(initial={"version": Message.objects.get(pk=message.pk).version})
