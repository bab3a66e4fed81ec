from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.bulk.enums import Action
from crm.bulk.forms import BulkForm, choices_of, ids_of
from crm.bulk.queries import acts_of
from crm.bulk.services import KIND, start_bulk
from crm.people.erasing import DELAY
from crm.people.list_actions import list_actions
from crm.people.queries import all_tags
from crm.people.selecting import Selection, people_selected, selection_from, selection_of
from crm.people.tagging import ensure_tags, find_tag
from crm.people.views.loading import crumbs
from crm.runs.models import Run
from crm.runs.queries import progress_of
from crm.runs.services import CannotUndo, undo_run
from crm.runs.views import run_or_404
from shared.slices import slice_of
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can

LISTED = 30


@needs("people.edit")
@require_GET
@never_cache
def index(request: TenantRequest) -> HttpResponse:
    """What was done, and may be taken back, however long ago."""
    found = slice_of(Run.objects.of_kind(KIND), request.GET, size=LISTED)
    context = {"breadcrumbs": crumbs(("", _("Bulk actions"))), "acts": acts_of(found.rows), "slice": found}
    return render(request, "bulk/list.html", context)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def choose(request: TenantRequest) -> HttpResponse:
    """Everybody whom the filter shows, on whatever page, or who is ticked: exactly counted before anything is done."""
    selection = selection_of(request.GET, user=request.user)
    count = people_selected(selection, now=timezone.now()).count()
    may_erase = can(request.user, "people.erase")
    tried = request.POST.get("action", "")
    form = BulkForm(
        request.POST or None, count=count, may_erase=may_erase, auto_id=ids_of(tried if tried in Action else "")
    )
    if request.method == "POST" and form.is_valid() and (details := _details(form)) is not None:
        action = Action(form.cleaned_data["action"])
        run = start_bulk(action=action, selection=selection, details=details, by=request.user.pk, now=timezone.now())
        return redirect("bulk:report", run.uuid)
    context = {
        "breadcrumbs": crumbs(("", _("With all of them"))),
        "form": form,
        "choices": choices_of(form, may_erase=may_erase),
        "count": count,
        "delay_days": DELAY.days,
        "tags": all_tags(),
        "others": [(action, url) for action, url in list_actions(request) if action.url_name != "bulk:choose"],
        "list_url": _list_url(selection),
    }
    return render(request, "bulk/choose.html", context, status=422 if form.errors else 200)


@needs("people.edit")
@require_GET
@never_cache
def report(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = run_or_404(uuid, KIND)
    (act,) = acts_of([run])
    context = {
        "breadcrumbs": crumbs((reverse("bulk:list"), _("Bulk actions")), ("", act.action)),
        "run": run,
        "progress": progress_of(run, timezone.now()),
        "may_stop": True,
        "act": act,
        "list_url": _list_url(
            selection_from(run.parameters["whom"]) if run.asked_by_id == request.user.pk else Selection()
        ),
    }
    return render(request, "bulk/report.html", context)


@needs("people.edit")
@require_POST
def undo(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = run_or_404(uuid, KIND)
    try:
        undo_run(run=run, now=timezone.now())
    except CannotUndo:
        messages.error(request, _("This cannot be undone."))
    return redirect("bulk:report", run.uuid)


def _list_url(selection: Selection) -> str:
    """As it was filtered. Of a report, for whoever asked alone: what was searched may be somebody's name."""
    return f"{reverse('people:list')}?{selection.query}" if selection.query else reverse("people:list")


def _details(form: BulkForm) -> dict[str, Any] | None:
    """The tag by its id, made where it is new; None when there is none to take away."""
    data = form.cleaned_data
    if data["action"] == Action.TAG:
        return {"tag": ensure_tags([data["tag"]])[0]}
    if data["action"] == Action.UNTAG:
        tag = find_tag(data["tag"])
        if tag is None:
            form.add_error("tag", _("There is no such tag."))
            return None
        return {"tag": tag.pk}
    if data["action"] == Action.ASSIGN:
        return {"person": data["person"]}
    return {"relationship": data["relationship"]} if data["action"] == Action.RELATE else {}
