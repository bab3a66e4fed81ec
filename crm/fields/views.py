"""The campaign's own fields: made, renamed, put in order, archived, with their choices."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.fields import services
from crm.fields.enums import CHOSEN
from crm.fields.forms import ChoiceForm, FieldForm, NewFieldForm
from crm.fields.models import CustomField, FieldChoice
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("settings.edit")
@require_http_methods(["GET", "POST"])
def index(request: TenantRequest) -> HttpResponse:
    form = NewFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_field(**form.cleaned_data)
        except services.FieldNameTaken as error:
            form.add_error("name", _taken(error))
        except services.TooMany:
            form.add_error(None, _("A campaign may have 100 fields: archive one first."))
        else:
            messages.success(
                request,
                _("The field “%(name)s” is there: on each person, in segments and imports.") % {"name": made.name},
            )
            return redirect("fields:index")
    fields = list(CustomField.objects.prefetch_related("choices"))
    context = {
        "breadcrumbs": _crumbs(("", _("Fields"))),
        "form": form,
        "fields": [field for field in fields if field.archived_at is None],
        "archived": [field for field in fields if field.archived_at is not None],
    }
    return render(request, "fields/index.html", context, status=422 if form.errors else 200)


@needs("settings.edit")
@require_http_methods(["GET", "POST"])
def field(request: TenantRequest, pk: int) -> HttpResponse:
    return _field_page(request, get_object_or_404(CustomField, pk=pk))


@needs("settings.edit")
@require_POST
def move(request: TenantRequest, pk: int) -> HttpResponse:
    services.move_field(field=get_object_or_404(CustomField, pk=pk), by=_step(request))
    return redirect("fields:index")


@needs("settings.edit")
@require_POST
def archive(request: TenantRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(CustomField, pk=pk)
    if "restore" not in request.POST:
        services.archive_field(field=field, now=timezone.now())
        messages.success(request, _("Archived. What was written in it is kept, and shown no more."))
        return redirect("fields:index")
    try:
        services.restore_field(field=field)
    except services.TooMany:
        messages.error(request, _("A campaign may have 100 fields: archive one first."))
    return redirect("fields:index")


@needs("settings.edit")
@require_POST
def choice_create(request: TenantRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(CustomField, pk=pk, kind__in=CHOSEN)
    form = ChoiceForm(request.POST, kind=field.kind)
    if form.is_valid():
        try:
            services.add_choice(field=field, name=form.cleaned_data["name"])
        except services.FieldNameTaken:
            messages.error(request, _("There is a choice of this name already, perhaps an archived one."))
        except services.TooMany:
            messages.error(request, _("A field may have 200 choices."))
    else:
        messages.error(request, _said_of(form))
    return redirect("fields:field", field.pk)


@needs("settings.edit")
@require_POST
def choice_change(request: TenantRequest, pk: int) -> HttpResponse:
    choice = get_object_or_404(FieldChoice, pk=pk)
    match request.POST.get("do", ""):
        case "up" | "down":
            services.move_choice(choice=choice, by=_step(request))
        case "archive":
            services.archive_choice(choice=choice, now=timezone.now())
        case "restore":
            services.archive_choice(choice=choice, now=None)
        case _:
            _rename(request, choice)
    return redirect("fields:field", choice.field_id)


def _rename(request: TenantRequest, choice: FieldChoice) -> None:
    form = ChoiceForm(request.POST, kind=choice.field.kind)
    try:
        if not form.is_valid():
            messages.error(request, _said_of(form))
            return
        services.rename_choice(choice=choice, name=form.cleaned_data["name"])
    except services.FieldNameTaken:
        messages.error(request, _("There is a choice of this name already, perhaps an archived one."))


def _field_page(request: TenantRequest, field: CustomField) -> HttpResponse:
    initial = {"name": field.name, "help_text": field.help_text, "is_sensitive": field.is_sensitive}
    title = field.name
    form = FieldForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_field(field=field, **form.cleaned_data)
        except services.FieldNameTaken as error:
            form.add_error("name", _taken(error))
        else:
            messages.success(request, pgettext("field", "Kept."))
            return redirect("fields:index")
    choices = list(field.choices.all())
    context: dict[str, Any] = {
        "breadcrumbs": _crumbs((reverse("fields:index"), _("Fields")), ("", title)),
        "title": title,
        "field": field,
        "form": form,
        "has_choices": field.kind in CHOSEN,
        "choices": [choice for choice in choices if choice.archived_at is None],
        "archived": [choice for choice in choices if choice.archived_at is not None],
    }
    return render(request, "fields/field.html", context, status=422 if form.errors else 200)


def _said_of(form: ChoiceForm) -> str:
    return form.errors.as_data()["name"][0].messages[0]


def _taken(error: services.FieldNameTaken) -> str:
    if isinstance(error, services.FieldNameReserved):
        return _("Every person has this already, under this name. Choose another one.")
    return _("There is a field of this name already, perhaps an archived one.")


def _step(request: TenantRequest) -> int:
    return -1 if request.POST.get("do") == "up" else 1


def _crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [(reverse("wagtailadmin_home"), _("Office")), (reverse("people:list"), _("People")), *more]
