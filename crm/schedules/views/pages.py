"""Scheduled imports: what there is, a new one, its page with its history."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.schedules import services
from crm.schedules.forms import ScheduleForm
from crm.schedules.models import ScheduledImport
from crm.schedules.queries import ScheduleNotFound, find_pattern, get_schedule, history_of, scheduled_imports
from crm.schedules.wording import sentences
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


def _crumbs(label: str = "") -> list[tuple[str, str]]:
    above = [(reverse("wagtailadmin_home"), _("Office")), (reverse("imports:list"), _("Imports"))]
    own = [(reverse("schedules:list"), _("Scheduled imports")), ("", label)]
    return [*above, *(own if label else [("", _("Scheduled imports"))])]


def _schedule_or_404(pk: int) -> ScheduledImport:
    try:
        return get_schedule(pk)
    except ScheduleNotFound as error:
        raise Http404(_("This scheduled import does not exist.")) from error


@needs("imports.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    context = {"breadcrumbs": _crumbs(), "schedules": scheduled_imports(), "may_run": can(request.user, "imports.run")}
    return render(request, "schedules/list.html", context)


@needs("imports.run")
@require_http_methods(["GET", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    pattern = find_pattern(request.GET.get("import", ""))
    if pattern is None or not services.is_pattern(pattern):
        raise Http404(_("This import does not exist."))
    form = ScheduleForm(request.POST or None, name=pattern.name)
    if request.method == "POST" and form.is_valid():
        scheduled = services.schedule_import(
            pattern_id=pattern.pk,
            plan=form.plan(),
            secret=form.secret_given() or "",
            by=request.user.pk,
            now=timezone.now(),
        )
        messages.success(request, _("The import is scheduled."))
        return redirect("schedules:page", scheduled.pk)
    context = {"breadcrumbs": _crumbs(_("New scheduled import")), "form": form, "pattern": pattern}
    return render(request, "schedules/form.html", context, status=422 if form.errors else 200)


@needs("imports.view")
@require_GET
@never_cache
def page(request: TenantRequest, pk: int) -> HttpResponse:
    scheduled = _schedule_or_404(pk)
    history = [
        (fetch, *sentences(fetch.failure, fetch.detail)) if fetch.failure else (fetch, "", "")
        for fetch in history_of(scheduled)
    ]
    context = {
        "breadcrumbs": _crumbs(scheduled.name),
        "scheduled": scheduled,
        "history": history,
        "under_way": bool(history) and history[0][0].is_under_way,
        "may_run": can(request.user, "imports.run"),
    }
    return render(request, "schedules/page.html", context)


@needs("imports.run")
@require_http_methods(["GET", "POST"])
def change(request: TenantRequest, pk: int) -> HttpResponse:
    scheduled = _schedule_or_404(pk)
    form = ScheduleForm(request.POST or None, scheduled=scheduled)
    if request.method == "POST" and form.is_valid():
        services.change_schedule(
            scheduled_id=scheduled.pk, plan=form.plan(), secret=form.secret_given(), now=timezone.now()
        )
        messages.success(request, _("The scheduled import is changed."))
        return redirect("schedules:page", scheduled.pk)
    context = {
        "breadcrumbs": _crumbs(scheduled.name),
        "form": form,
        "scheduled": scheduled,
        "pattern": scheduled.pattern,
    }
    return render(request, "schedules/form.html", context, status=422 if form.errors else 200)


@needs("imports.run")
@require_POST
def fetch_now(request: TenantRequest, pk: int) -> HttpResponse:
    scheduled = _schedule_or_404(pk)
    try:
        services.fetch_now(scheduled_id=scheduled.pk, by=request.user.pk, now=timezone.now())
    except services.UnderWay:
        messages.info(request, _("The file is being fetched already."))
    return redirect("schedules:page", scheduled.pk)


@needs("imports.run")
@require_POST
def pause(request: TenantRequest, pk: int) -> HttpResponse:
    services.pause_schedule(scheduled_id=_schedule_or_404(pk).pk)
    return redirect("schedules:page", pk)


@needs("imports.run")
@require_POST
def resume(request: TenantRequest, pk: int) -> HttpResponse:
    services.resume_schedule(scheduled_id=_schedule_or_404(pk).pk, now=timezone.now())
    return redirect("schedules:page", pk)


@needs("imports.run")
@require_POST
def delete(request: TenantRequest, pk: int) -> HttpResponse:
    services.delete_schedule(scheduled_id=_schedule_or_404(pk).pk)
    messages.success(request, _("The scheduled import is deleted. What it imported stays."))
    return redirect("schedules:list")
