"""What became of an export, its file, and the log of who took what."""

import csv
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.exports.confirming import confirmed
from crm.exports.enums import Format
from crm.exports.formats import harmless
from crm.exports.models import AccessEntry
from crm.exports.own_columns import chosen_columns
from crm.exports.services import EXPORT, KEPT, ExportGone, delete_export, fetch_export
from crm.exports.views.loading import export_crumbs, export_or_404
from crm.people.views.loading import crumbs
from crm.runs.models import Run
from crm.runs.queries import progress_of
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.storage import signed_url

PAGE = 100


@needs("people.export")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    runs = list(Run.objects.of_kind(EXPORT)[:30])
    context = {"breadcrumbs": crumbs(("", _("Exports"))), "runs": runs}
    return render(request, "exports/list.html", context)


@needs("people.export")
@require_GET
@never_cache
def report(request: TenantRequest, uuid: UUID) -> HttpResponse:
    run = export_or_404(uuid)
    context = {
        "breadcrumbs": export_crumbs(("", _("Export"))),
        "run": run,
        "progress": progress_of(run, timezone.now()),
        "may_stop": True,
        "columns": chosen_columns(run.parameters["columns"]),
        "format": Format(run.parameters["format"]).label,
        "until": run.finished_at + KEPT if run.finished_at else None,
        "entries": list(AccessEntry.objects.filter(run_id=run.pk).order_by("id")),
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


@needs("people.export")
@require_GET
def journal(request: TenantRequest) -> HttpResponse:
    entries = Paginator(AccessEntry.objects.order_by("-id"), PAGE)
    context = {
        "breadcrumbs": export_crumbs(("", _("Access log"))),
        "page": entries.get_page(request.GET.get("p")),
    }
    return render(request, "exports/journal.html", context)


@needs("people.export")
@require_GET
def journal_file(request: TenantRequest) -> StreamingHttpResponse:
    """For whoever asks for it: the data protection officer, the CNIL."""
    response = StreamingHttpResponse(_journal_lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="journal-des-acces.csv"'
    return response


class _Echo:
    """What csv writes comes back, line by line."""

    def write(self, text: str) -> str:
        return text


def _journal_lines() -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(
        [_("When"), _("Act"), _("Who"), _("People"), _("Whom"), _("Columns"), _("Format"), _("What for")]
    )
    for one in AccessEntry.objects.order_by("id").iterator(chunk_size=1_000):
        row = [
            one.at.isoformat(),
            one.get_kind_display(),
            one.by_name,
            one.count or "",
            one.selection,
            ", ".join(one.columns),
            one.format,
            one.reason,
        ]
        yield writer.writerow([harmless(str(value)) for value in row])
