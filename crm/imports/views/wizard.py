"""From the file to the start: upload, columns, origin, check."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.fields.services import FieldNameReserved, FieldNameTaken, TooMany
from crm.imports import services
from crm.imports.agreements import channels_of_columns
from crm.imports.customs import field_name
from crm.imports.enums import ImportState
from crm.imports.forms import ColumnsForm, OriginForm, ReadingForm, UploadForm
from crm.imports.mapping import ColumnGuess
from crm.imports.models import Import
from crm.imports.previewing import preview_import
from crm.imports.queries import has_room_for
from crm.imports.sniffing import UnreadableFileError
from crm.imports.uploading import earlier_import, receive_file
from crm.imports.views.access import of_a_draft
from crm.imports.wording import FILE_PROBLEMS
from shared.slices import Slice, slice_of
from tenants.entitlements import contact_count, contact_limit
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can

LISTED = 50


def crumbs(label: str) -> list[tuple[str, str]]:
    return [(reverse("wagtailadmin_home"), _("Office")), (reverse("imports:list"), _("Imports")), ("", label)]


@needs("imports.view")
@require_GET
def import_list(request: TenantRequest) -> HttpResponse:
    found = _imports(request)
    context = {
        "breadcrumbs": [(reverse("wagtailadmin_home"), _("Office")), ("", _("Imports"))],
        "runs": found.rows,
        "slice": found,
        "form": UploadForm(),
        "may_run": can(request.user, "imports.run"),
        "at_work": any(run.at_work for run in found.rows),
        "has_room": has_room_for(found.rows),
    }
    return render(request, "imports/list.html", context)


def _imports(request: TenantRequest) -> Slice[Import]:
    """The oldest one too: for thirty days each may be undone."""
    return slice_of(Import.objects.select_related("created_by"), request.GET, size=LISTED)


@needs("imports.run")
@require_POST
def upload_file(request: TenantRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        found = _imports(request)
        context = {"breadcrumbs": crumbs(_("New import")), "runs": found.rows, "form": form, "may_run": True}
        return render(request, "imports/list.html", context, status=422)
    run = receive_file(upload=form.cleaned_data["file"], user_id=request.user.pk, now=timezone.now())
    if run.state == ImportState.REFUSED:
        return redirect("imports:report", run.pk)
    services.keep_draft(import_id=run.pk, now=timezone.now())
    return redirect("imports:columns", run.pk)


@needs("imports.run")
@require_http_methods(["GET", "POST"])
@of_a_draft
def choose_columns(request: TenantRequest, run: Import) -> HttpResponse:
    guesses, looked_at = services.column_guesses(run)
    filled = [guess for guess in guesses if guess.filled or str(guess.number) in run.mapping]
    form = ColumnsForm(run, [guess for guess in guesses if guess.confidence != "forbidden"], request.POST or None)
    if request.method == "POST" and form.is_valid() and _keep_columns(run, form):
        if "later" in request.POST:
            messages.success(request, _("The draft is kept for 7 days."))
            return redirect("imports:list")
        run.refresh_from_db(fields=["places"])
        return redirect("imports:communes" if run.places.get("asked") else "imports:origin", run.pk)
    context = {
        "breadcrumbs": crumbs(run.name),
        "run": run,
        "form": form,
        "reading": ReadingForm(run),
        **_column_rows(form, filled, run.file_format.columns),
        "total": len(filled),
        "recognized": sum(1 for guess in filled if str(guess.number) in run.mapping),
        "empty": [guess for guess in guesses if guess not in filled],
        "looked_at": looked_at if looked_at < run.total else 0,
        "earlier": earlier_import(run),
        "step": 2,
    }
    return render(request, "imports/columns.html", context, status=422 if form.errors else 200)


def _column_rows(form: ColumnsForm, guesses: Sequence[ColumnGuess], columns: Sequence[str]) -> dict[str, Any]:
    """Those whose names tell what they are stay folded, unless one of them has an error."""
    every = [
        {"guess": guess, "new_field": field_name(guess.number, columns), **form.beside(guess.number)}
        for guess in guesses
    ]
    known = [row for row in every if row["guess"].confidence == "name"]
    rules = [row for row in every if "rule" in row]
    return {
        "rows": [row for row in every if row["guess"].confidence != "name"],
        "known": known,
        "known_is_open": any(row["field"].errors for row in known),
        "rules": rules,
        "rules_are_open": any(row["rule"].value() or row["rule"].errors for row in rules),
    }


def _keep_columns(run: Import, form: ColumnsForm) -> bool:
    try:
        services.choose_columns(
            import_id=run.pk,
            name=form.cleaned_data["name"],
            mapping=form.mapping(),
            rules=form.rules(),
            now=timezone.now(),
        )
    except FieldNameReserved:
        form.add_error(
            None,
            _(
                "A field to be made has the name of what every person has: choose that, or first make a field of another name."
            ),
        )
    except FieldNameTaken:
        form.add_error(
            None,
            _(
                "A field to be made has the name of another one, perhaps an archived one: choose that one, or rename it first."
            ),
        )
    except TooMany:
        form.add_error(None, _("A campaign may have 100 fields: archive one first."))
    return not form.errors


@needs("imports.run")
@require_POST
@of_a_draft
def change_reading(request: TenantRequest, run: Import) -> HttpResponse:
    form = ReadingForm(run, request.POST)
    if form.is_valid():
        try:
            services.change_reading(import_id=run.pk, reading=form.reading())
        except UnreadableFileError as error:
            messages.error(request, str(FILE_PROBLEMS[error.reason][0]))
    return redirect("imports:columns", run.pk)


@needs("imports.run")
@require_http_methods(["GET", "POST"])
@of_a_draft
def declare_origin(request: TenantRequest, run: Import) -> HttpResponse:
    channels = channels_of_columns(run)
    form = OriginForm(run, request.POST or None, channels=channels)
    if request.method == "POST" and form.is_valid():
        services.declare_origin(import_id=run.pk, origin=form.origin())
        return redirect("imports:check", run.pk)
    context = {"breadcrumbs": crumbs(run.name), "run": run, "form": form, "needs_wording": bool(channels), "step": 3}
    return render(request, "imports/origin.html", context, status=422 if form.errors else 200)


@needs("imports.run")
@require_http_methods(["GET", "POST"])
@of_a_draft
def check_import(request: TenantRequest, run: Import) -> HttpResponse:
    if not run.source_type:
        return redirect("imports:origin", run.pk)
    now = timezone.now()
    preview = preview_import(run, now=now)
    if request.method == "POST" and not preview.over_limit:
        services.launch_import(import_id=run.pk, over_limit=preview.over_limit, now=now)
        return redirect("imports:report", run.pk)
    if bool(preview.over_limit) != run.waits_for_plan:
        services.note_limit(import_id=run.pk, is_over=bool(preview.over_limit))
    context: dict[str, Any] = {
        "breadcrumbs": crumbs(run.name),
        "run": run,
        "preview": preview,
        "limit": contact_limit(),
        "contacts": contact_count(),
        "earlier": earlier_import(run),
        "step": 4,
    }
    return render(request, "imports/check.html", context, status=409 if request.method == "POST" else 200)


@needs("imports.run")
@require_POST
@of_a_draft
def discard_draft(request: TenantRequest, run: Import) -> HttpResponse:
    services.discard_draft(import_id=run.pk)
    messages.success(request, _("The draft and its file are deleted."))
    return redirect("imports:list")
