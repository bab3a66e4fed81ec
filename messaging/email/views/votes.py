"""The settings' page of the days of votes and of the hours when nothing is sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from messaging.deliveries import services
from messaging.deliveries.models import QuietHours, Vote
from messaging.email.forms import QuietHoursForm, VoteForm
from messaging.email.votes import silences
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("settings.edit")
def votes(request: TenantRequest) -> HttpResponse:
    form = VoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.add_vote(**form.cleaned_data, now=timezone.now())
        messages.success(request, _("Kept: no message leaves from its eve until the polls are closed."))
        return redirect("sending:votes")
    return _page(request, form, _hours_form())


@needs("settings.edit")
@require_POST
def remove(request: TenantRequest, vote_id: int) -> HttpResponse:
    services.remove_vote(vote_id=vote_id, now=timezone.now())
    return redirect("sending:votes")


@needs("settings.edit")
@require_POST
def hours(request: TenantRequest) -> HttpResponse:
    form = QuietHoursForm(request.POST)
    if not form.is_valid():
        return _page(request, VoteForm(), form)
    services.set_quiet_hours(**form.cleaned_data, now=timezone.now())
    messages.success(request, _("Kept: it holds for messages on their way, too."))
    return redirect("sending:votes")


def _hours_form() -> QuietHoursForm:
    quiet = QuietHours.objects.first()
    return QuietHoursForm(initial={"starts_at": quiet.starts_at, "ends_at": quiet.ends_at} if quiet else None)


def _page(request: TenantRequest, form: VoteForm, quiet: QuietHoursForm) -> HttpResponse:
    ids = dict(Vote.objects.values_list("day", "pk"))
    context: dict[str, Any] = {
        "form": form,
        "quiet": quiet,
        "silences": [(one, ids.get(one.poll.day)) for one in silences(now=timezone.now())],
        "breadcrumbs": [(reverse("office:settings"), _("Settings")), ("", _("Votes and hours"))],
    }
    return render(request, "email/votes.html", context, status=422 if form.errors or quiet.errors else 200)
