"""What is done with segments as a whole: list, copy, freeze, put away, delete, tell their story."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.runs.queries import progress_of
from crm.runs.views import run_or_404
from crm.segments import freezing, services
from crm.segments.counting import figures_of
from crm.segments.forms import ListForm
from crm.segments.lists import list_count, lists_left_alone
from crm.segments.models import PeopleList, Segment
from crm.segments.queries import SegmentLine, archived_count, changes_in_words, segment_lines, tree_of
from crm.segments.tree import CriteriaInvalid
from crm.segments.usage import usages_of
from crm.segments.views.crumbs import crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


@needs("segments.view")
@require_GET
def list_segments(request: TenantRequest) -> HttpResponse:
    archived = "archives" in request.GET
    lines: list[SegmentLine] = segment_lines(now=timezone.now(), archived=archived)
    context = {
        "lines": lines,
        "archived": archived,
        "archive_count": archived_count(),
        "list_count": list_count(),
        "may_edit": can(request.user, "segments.edit"),
        "breadcrumbs": crumbs(),
    }
    return render(request, "segments/list.html", context)


@needs("segments.edit")
@require_http_methods(["GET", "POST"])
def freeze_segment(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    now = timezone.now()
    form = ListForm(request.POST or None, initial={"name": freezing.name_for(segment, now=now)})
    if request.method == "POST" and form.is_valid():
        try:
            return _freeze(request, segment, form.cleaned_data["name"], now)
        except services.NameTaken:
            form.add_error("name", _("Another segment or list has this name. Choose another one."))
        except CriteriaInvalid:
            form.add_error("name", _("This segment is not understood any more, so it reaches nobody."))
    context = {
        "segment": segment,
        "form": form,
        "total": _total(segment),
        "breadcrumbs": crumbs(
            (reverse("segments:segment", args=[segment.pk]), segment.name), ("", _("Freeze as a list"))
        ),
    }
    return render(request, "segments/freeze.html", context, status=422 if form.errors else 200)


@needs("segments.edit")
@require_POST
def archive_segment(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    if request.POST.get("do") == "restore":
        services.restore_segment(segment=segment, by=request.user, now=timezone.now())
        messages.success(request, _("“%(name)s” is back among the segments.") % {"name": segment.name})
        return redirect("segments:segment", segment.pk)
    services.archive_segment(segment=segment, by=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” is in the archive.") % {"name": segment.name})
    return redirect("segments:list")


def _freeze(request: TenantRequest, segment: Segment, name: str, now: datetime) -> HttpResponse:
    """Raises NameTaken or CriteriaInvalid."""
    if figures_of(tree_of(segment), now=now).total > freezing.MANY:
        run = freezing.start_freezing(segment=segment, name=name, by=request.user, now=now)
        return redirect("segments:freezing", run.uuid)
    frozen = freezing.freeze_segment(segment=segment, name=name, by=request.user, now=now)
    return _to_list(request, frozen)


def _to_list(request: TenantRequest, frozen: Segment) -> HttpResponse:
    messages.success(request, _("The list “%(name)s” is written down.") % {"name": frozen.name})
    return redirect("segments:segment", frozen.pk)


@needs("segments.edit")
@require_GET
@never_cache
def show_freezing(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """While a worker writes a long list down; then the list."""
    run = run_or_404(uuid, freezing.FREEZE)
    frozen = Segment.objects.filter(pk=run.result.get("segment", 0)).first()
    if frozen is not None:
        return _to_list(request, frozen)
    people_list = get_object_or_404(PeopleList, pk=run.parameters["list"])
    context = {
        "run": run,
        "progress": progress_of(run, timezone.now()),
        "people_list": people_list,
        "breadcrumbs": crumbs(("", people_list.name)),
    }
    return render(request, "segments/freezing.html", context)


def _total(segment: Segment) -> int:
    try:
        return figures_of(tree_of(segment), now=timezone.now(), exact=True).total
    except CriteriaInvalid:
        return 0


@needs("segments.edit")
@require_POST
def duplicate_segment(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    copy = services.duplicate_segment(segment=segment, by=request.user, now=timezone.now())
    messages.success(request, _("Here is a copy of “%(name)s”.") % {"name": segment.name})
    return redirect("segments:segment", copy.pk)


@needs("segments.edit")
@require_http_methods(["GET", "POST"])
def delete_segment(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    usages = usages_of(segment.pk)
    is_refused = bool(usages)
    if request.method == "POST":
        try:
            services.delete_segment(segment=segment, by=request.user, now=timezone.now())
        except services.SegmentInUse as error:
            usages, is_refused = error.usages, True
        else:
            messages.success(
                request, _("The segment “%(name)s” is deleted. Nobody left your contact file.") % {"name": segment.name}
            )
            return redirect("segments:list")
    address = reverse("segments:segment", args=[segment.pk])
    trail = crumbs((address, segment.name), ("", _("Delete")))
    context = {
        "segment": segment,
        "usages": usages,
        "is_refused": is_refused,
        "lists": [] if is_refused else lists_left_alone(segment),
        "breadcrumbs": trail,
    }
    return render(
        request, "segments/delete.html", context, status=409 if is_refused and request.method == "POST" else 200
    )


@needs("segments.view")
@require_GET
def show_history(request: TenantRequest, segment_id: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    address = reverse("segments:segment", args=[segment.pk])
    trail = crumbs((address, segment.name), ("", _("History")))
    context = {"segment": segment, "changes": changes_in_words(segment), "breadcrumbs": trail}
    return render(request, "segments/history.html", context)
