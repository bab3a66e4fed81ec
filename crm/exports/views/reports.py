"""What became of an export, and its file."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.access.queries import accesses_about, lines_of, members_named
from crm.exports.enums import Format
from crm.exports.own_columns import chosen_columns, headings_of
from crm.exports.services import EXPORT, KEPT, ExportGone, delete_export, fetch_export, log_name
from crm.exports.views.loading import export_crumbs, export_or_404
from crm.exports.wording import selections_told
from crm.people.views.loading import crumbs
from crm.runs.models import Run
from crm.runs.queries import progress_of
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.confirming import confirmed
from tenants.storage import signed_url
from tenants.users.permissions import can


@needs("people.export")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    runs = list(Run.objects.of_kind(EXPORT)[:30])
    members = members_named({run.asked_by_id for run in runs if run.asked_by_id})
    told = selections_told(run.parameters["told"] for run in runs)
    lines = [(run, whom, members.get(run.asked_by_id or 0, "")) for run, whom in zip(runs, told, strict=True)]
    context = {"breadcrumbs": crumbs(("", _("Exports"))), "lines": lines}
    return render(request, "exports/list.html", context)


@needs("people.export")
@require_GET
@never_cache
def report(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = export_or_404(uuid)
    context = {
        "breadcrumbs": export_crumbs(("", pgettext("noun", "Export"))),
        "run": run,
        "told": selections_told([run.parameters["told"]])[0],
        "progress": progress_of(run, timezone.now()),
        "may_stop": True,
        "columns": headings_of(chosen_columns(run.parameters["columns"])),
        "format": Format(run.parameters["format"]).label,
        "until": run.finished_at + KEPT if run.finished_at else None,
        "entries": lines_of(accesses_about(log_name(run))),
        "may_see_log": can(request.user, "access.view"),
    }
    return render(request, "exports/report.html", context)


@needs("people.export")
@confirmed
@require_GET
@never_cache
def fetch(request: TenantRequest, uuid: UUID) -> HttpResponseBase:
    """The download is logged; the link itself works for an hour."""
    run = export_or_404(uuid)
    try:
        name = fetch_export(run=run, by=request.user, now=timezone.now())
    except ExportGone:
        messages.error(request, _("The file is no longer there. Make a new export."))
        return redirect("exports:report", run.uuid)
    return redirect(signed_url(name))


@needs("people.export")
@require_POST
def delete(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = export_or_404(uuid)
    delete_export(run=run, by=request.user, now=timezone.now())
    messages.success(request, _("The file is deleted."))
    return redirect("exports:report", run.uuid)
