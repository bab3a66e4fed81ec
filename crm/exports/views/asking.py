"""Asking for an export: who is at the keyboard, whom, which columns, what for."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.exports.enums import Format
from crm.exports.forms import ExportForm
from crm.exports.models import ColumnChoice
from crm.exports.own_columns import all_groups
from crm.exports.queries import is_understood, people_meant, people_to_export
from crm.exports.services import ChoiceNameTaken, Wish, ask_export, keep_choice
from crm.exports.views.loading import export_crumbs, whom_from
from crm.exports.wording import selections_told
from crm.people.listing import count_of
from shared.numbers import number
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.confirming import confirmed_form, typed_before


@needs("people.export")
@confirmed_form
@require_http_methods(["GET", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    whom, told = whom_from(request)
    if not is_understood(whom):
        messages.warning(request, _("This segment counts on something that was deleted: correct it first."))
        return redirect("segments:segment", request.GET["segment"])
    groups = all_groups()
    initial = {"key": uuid4().hex, **_chosen(request)}
    form = ExportForm(typed_before(request) or request.POST or None, initial=initial, groups=groups)
    if request.method == "POST" and form.is_valid() and (answer := _ask(request, form, whom, told)):
        return answer
    now = timezone.now()
    everybody, exported = count_of(people_meant(whom, now=now)), count_of(people_to_export(whom, now=now))
    chosen = form.initial.get("columns", form.fields["columns"].initial)
    ticked = form["columns"].value() if form.is_bound else chosen
    context = {
        "breadcrumbs": export_crumbs(("", _("New export"))),
        "form": form,
        "told": selections_told([told])[0],
        "count": exported,
        "left_out": 0 if everybody.is_estimate else max(0, everybody.number - exported.number),
        "groups": groups,
        "ticked": ticked,
        "choices": list(ColumnChoice.objects.all()),
        "query": request.GET.urlencode(),
    }
    return render(request, "exports/new.html", context, status=422 if form.errors else 200)


def _ask(request: TenantRequest, form: ExportForm, whom: dict[str, Any], told: dict[str, Any]) -> HttpResponse | None:
    data = form.cleaned_data
    kind = Format(data["format"])
    if data["keep_as"]:
        try:
            keep_choice(name=data["keep_as"], columns=data["columns"], format=kind)
        except ChoiceNameTaken:
            form.add_error("keep_as", _("Another choice has this name."))
            return None
    language, name = get_language() or "fr", whom.get("name", "")
    wish = Wish(whom, told, data["columns"], kind, data["reason"], language=language, name=name)
    run = ask_export(wish=wish, by=request.user, key=data["key"], now=timezone.now())
    return redirect("exports:report", run.uuid)


def _chosen(request: TenantRequest) -> dict[str, Any]:
    """The columns that were kept under a name, if one is asked for."""
    choice = ColumnChoice.objects.filter(pk=number(request.GET.get("columns"))).first()
    return {"columns": choice.columns, "format": choice.format} if choice else {}
