"""What became of an import: progress, report, its lines, taking it back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access.enums import Access
from crm.access.services import log_access
from crm.imports import services
from crm.imports.agreements import OWN_WORDINGS, own_wordings
from crm.imports.enums import ImportState, IssueLevel
from crm.imports.queries import issue_groups, issues_of, progress_of, warning_count
from crm.imports.rejected import rejected_lines
from crm.imports.views.access import import_or_404
from crm.imports.views.wizard import crumbs
from crm.imports.wording import FILE_PROBLEMS
from crm.people.models import Person
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.confirming import confirmed
from tenants.users.permissions import can

PAGE = 100


@needs("imports.view")
@require_GET
@never_cache
def import_report(request: TenantRequest, pk: int) -> HttpResponse:
    run = import_or_404(request, pk)
    if run.state == ImportState.DRAFT and can(request.user, "imports.run"):
        return redirect("imports:check", run.pk)
    now = timezone.now()
    context = {
        "breadcrumbs": crumbs(run.name),
        "run": run,
        "progress": progress_of(run, now),
        "problem": FILE_PROBLEMS.get(run.failure),
        "rejections": issue_groups(run, IssueLevel.REJECTED),
        "to_check": [*issue_groups(run, IssueLevel.WARNING), *issue_groups(run, IssueLevel.MERGED)],
        "warning_count": warning_count(run),
        "imported": run.position - run.rejected,
        "brought_agreements": services.declares_agreements(run),
        "own_wordings": [(OWN_WORDINGS[channel], text) for channel, text in own_wordings(run).items()],
        "may_run": can(request.user, "imports.run"),
        "may_undo": can(request.user, "imports.undo")
        and run.can_undo
        and run.undo_until is not None
        and now <= run.undo_until,
        "ignored": [
            name for number, name in enumerate(run.format.get("columns", [])) if str(number) not in run.mapping
        ],
    }
    return render(request, "imports/report.html", context)


@needs("imports.view")
@require_GET
@never_cache
def import_progress(request: TenantRequest, pk: int) -> JsonResponse:
    """For the script that moves the bar."""
    run = import_or_404(request, pk)
    progress = progress_of(run, timezone.now())
    return JsonResponse(
        {
            "at_work": run.at_work,
            "state": run.state,
            "done": progress.done,
            "total": progress.total,
            "percent": progress.percent,
            "per_second": progress.per_second,
            "seconds_left": progress.seconds_left,
            "read": progress.read,
        }
    )


@needs("imports.view")
@require_GET
def import_lines(request: TenantRequest, pk: int, level: str, kind: str) -> HttpResponse:
    run = import_or_404(request, pk)
    group = (
        next((group for group in issue_groups(run, level) if group.kind == kind), None)
        if level in IssueLevel.values
        else None
    )
    if group is None:
        raise Http404(_("This import does not exist."))
    page = Paginator(issues_of(run, level, kind), PAGE).get_page(request.GET.get("p"))
    people = Person.objects.alive().in_bulk([issue.person_id for issue in page if issue.person_id])
    breadcrumbs = [
        *crumbs(run.name)[:-1],
        (reverse("imports:report", args=[run.pk]), run.name),
        ("", str(group.wording.title)),
    ]
    lines = [(issue, people.get(issue.person_id or 0)) for issue in page]
    context = {"breadcrumbs": breadcrumbs, "run": run, "group": group, "page": page, "lines": lines}
    return render(request, "imports/lines.html", context)


@needs("people.export")
@confirmed
@require_GET
def rejected_file(request: TenantRequest, pk: int) -> StreamingHttpResponse:
    run = import_or_404(request, pk)
    if not run.rejected or run.purged_at:
        raise Http404(_("This import does not exist."))
    about, now = f"import:{run.pk}", timezone.now()
    log_access(kind=Access.REJECTED, by=request.user.pk, now=now, count=run.rejected, about=about)
    response = StreamingHttpResponse(rejected_lines(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(run.name) or "import"}-{_("rejected")}.csv"'
    return response


@needs("imports.run")
@require_POST
def cancel_import(request: TenantRequest, pk: int) -> HttpResponse:
    run = services.cancel_import(import_id=import_or_404(request, pk).pk, now=timezone.now())
    if run.state == ImportState.DRAFT:
        messages.success(request, _("Nothing had been written yet: the import is a draft again."))
    elif run.cancel_asked_at:
        messages.success(request, _("The import stops after the rows under way."))
    else:
        messages.info(request, _("This import was no longer running: there is nothing to stop."))
    return redirect("imports:report", run.pk)


@needs("imports.run")
@require_POST
def resume_import(request: TenantRequest, pk: int) -> HttpResponse:
    run = services.resume_import(import_id=import_or_404(request, pk).pk, now=timezone.now())
    return redirect("imports:report", run.pk)


@needs("imports.run")
@require_POST
def settle_import(request: TenantRequest, pk: int) -> HttpResponse:
    run = import_or_404(request, pk)
    services.settle_import(import_id=run.pk, now=timezone.now())
    return redirect("imports:report", run.pk)


@needs("imports.undo")
@require_http_methods(["GET", "POST"])
def undo_import(request: TenantRequest, pk: int) -> HttpResponse:
    run = import_or_404(request, pk)
    if request.method == "POST":
        try:
            services.ask_undo(import_id=run.pk, now=timezone.now())
        except services.CannotUndo:
            messages.error(request, _("This import can no longer be undone."))
        return redirect("imports:report", run.pk)
    if not run.can_undo:
        return redirect("imports:report", run.pk)
    breadcrumbs = [
        *crumbs(run.name)[:-1],
        (reverse("imports:report", args=[run.pk]), run.name),
        ("", pgettext("import", "Undo")),
    ]
    return render(request, "imports/undo.html", {"breadcrumbs": breadcrumbs, "run": run})
