"""Writing a message: list, composer, count of the audience while it is chosen."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.fields.queries import active_fields
from crm.segments.models import Segment
from crm.segments.tree import CriteriaInvalid
from messaging.deliveries.audience import classify, reckon
from messaging.email import services
from messaging.email.forms import MessageForm
from messaging.email.models import Audience, Message
from messaging.email.queries import live_dispatch, message_lines, messages_by_recency
from messaging.email.views.common import audience_context, crumbs
from shared.numbers import number
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.profile import campaign_profile
from tenants.users.permissions import can

PER_PAGE = 25


@needs("messages.view")
def index(request: TenantRequest) -> HttpResponse:
    page = Paginator(messages_by_recency(), PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "page": page,
        "lines": message_lines(list(page.object_list)),
        "may_edit": can(request.user, "messages.edit"),
        "measures": campaign_profile().measures_messages,
        "breadcrumbs": crumbs(),
    }
    return render(request, "email/message_list.html", context)


@needs("messages.edit")
def add(request: TenantRequest) -> HttpResponse:
    return _compose(request, Message())


@needs("messages.view")
def edit(request: TenantRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    if live_dispatch(message):
        return redirect("messages:sending", message.pk)
    if message.is_request:
        return redirect("messages:request", message.pk)
    if not can(request.user, "messages.edit"):
        return redirect("messages:review", message.pk)
    return _compose(request, message)


def _compose(request: TenantRequest, message: Message) -> HttpResponse:
    form = MessageForm(request.POST or None, instance=message, for_user=request.user)
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form)
        if saved is not None:
            return redirect("messages:review" if request.POST.get("next") == "review" else "messages:edit", saved.pk)
    original = Message.objects.filter(pk=message.pk).first() or Message()
    context = {
        "form": form,
        "message": original,
        "line_title": original.subject or _("New message"),
        "may_send": can(request.user, "messages.send"),
        "own_fields": [f"{{{{ {own.folded} }}}}" for own in active_fields() if not own.is_sensitive],
        "breadcrumbs": crumbs(("", original.subject or _("New message"))),
        **audience_context(original),
    }
    return render(request, "email/message_compose.html", context, status=422 if request.method == "POST" else 200)


def _save(request: TenantRequest, form: MessageForm) -> Message | None:
    message = form.save(commit=False)
    version = form.cleaned_data["version"] or 0
    try:
        saved = services.save_message(message=message, version=version, actor=request.user, now=timezone.now())
    except services.ChangedMeanwhile:
        form.add_error(
            None,
            _("Somebody else saved this message meanwhile. Copy what you wrote, then open it again to see the change."),
        )
    except services.AlreadySent:
        form.add_error(
            None, _("This message is on its way: it cannot be changed any more. Make a copy to go on writing.")
        )
    else:
        messages.success(request, _("The message is saved."))
        return saved
    return None


@needs("messages.view")
def audience(request: TenantRequest) -> HttpResponse:
    """The subtraction for what is chosen in the composer, before it is saved."""
    criteria = {}
    if request.GET.get("audience") == Audience.SEGMENT:
        segment = Segment.objects.filter(pk=number(request.GET.get("segment"))).first()
        if segment is None:
            return render(request, "email/parts/audience.html", {"is_missing": True})
        criteria = segment.criteria
    try:
        kind = classify(criteria, is_practical=request.GET.get("is_practical") == "on")
        context = {"kind": kind, "reckoning": reckon(criteria, kind)}
    except CriteriaInvalid:
        context = {"is_invalid": True}
    return render(request, "email/parts/audience.html", context)


@needs("messages.edit")
@require_POST
def copy(request: TenantRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id, selection__isnull=True)
    subject = _("Copy of %(subject)s") % {"subject": message.subject}
    copied = services.copy_message(message=message, subject=subject, actor=request.user, now=timezone.now())
    messages.success(request, _("Here is a copy, ready to be changed."))
    return redirect("messages:edit", copied.pk)


@needs("messages.edit")
@require_POST
def delete(request: TenantRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    try:
        services.delete_message(message=message)
    except services.AlreadySent:
        messages.error(request, _("A message that was sent stays in the list: it is the proof of what was sent."))
        return redirect("messages:sending", message.pk)
    messages.success(request, _("The draft is deleted."))
    return redirect(reverse("messages:index"))
