"""Lists of people: see them, delete them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from crm.runs.queries import progress_of
from crm.runs.views import run_or_404
from crm.segments import unlisting
from crm.segments.lists import list_lines
from crm.segments.models import PeopleList
from crm.segments.usage import Usage, usages_of_list
from crm.segments.views.crumbs import Crumbs, crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


@needs("segments.view")
@require_GET
def show_lists(request: TenantRequest) -> HttpResponse:
    context = {
        "lines": list_lines(),
        "may_edit": can(request.user, "segments.edit"),
        "breadcrumbs": crumbs(("", _("Lists of people"))),
    }
    return render(request, "segments/people_lists.html", context)


@needs("segments.edit")
@require_http_methods(["GET", "POST"])
def delete_list(request: TenantRequest, list_id: int) -> HttpResponse:
    people_list = get_object_or_404(PeopleList, pk=list_id)
    if request.method == "GET":
        usages = usages_of_list(people_list.pk)
        is_busy = unlisting.is_being_written(people_list)
        return _render_deletion(request, people_list, usages, is_busy=is_busy)
    try:
        run = unlisting.delete_list(people_list=people_list, by=request.user, now=timezone.now())
    except unlisting.ListInUse as error:
        return _render_deletion(request, people_list, error.usages)
    except unlisting.ListBeingWritten:
        return _render_deletion(request, people_list, [], is_busy=True)
    return redirect("segments:unlisting", run.uuid) if run else _gone(request, people_list.name)


@needs("segments.edit")
@require_GET
@never_cache
def show_unlisting(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """While a worker takes many people off a list; then the lists that are left."""
    run = run_or_404(uuid, unlisting.UNLIST)
    people_list = PeopleList.objects.filter(pk=run.parameters["list"]).first()
    if people_list is None:
        return _gone(request, "")
    context = {
        "run": run,
        "progress": progress_of(run, timezone.now()),
        "people_list": people_list,
        "breadcrumbs": _crumbs(people_list.name),
    }
    return render(request, "segments/unlisting.html", context)


def _render_deletion(
    request: TenantRequest, people_list: PeopleList, usages: list[Usage], *, is_busy: bool = False
) -> HttpResponse:
    is_refused = is_busy or bool(usages)
    context = {
        "people_list": people_list,
        "usages": usages,
        "is_busy": is_busy,
        "is_refused": is_refused,
        "breadcrumbs": _crumbs(people_list.name),
    }
    status = 409 if is_refused and request.method == "POST" else 200
    return render(request, "segments/delete_list.html", context, status=status)


def _gone(request: TenantRequest, name: str) -> HttpResponse:
    words = _("The list “%(name)s” is deleted. Nobody left your contact file.") % {"name": name}
    messages.success(request, words if name else _("The list is deleted. Nobody left your contact file."))
    return redirect("segments:people_lists")


def _crumbs(name: str) -> Crumbs:
    return crumbs((reverse("segments:people_lists"), _("Lists of people")), ("", name))
