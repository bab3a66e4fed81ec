"""Views of the list: keeping one, and what becomes of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.fields.queries import active_fields
from crm.people.forms import SavedViewForm
from crm.people.list_columns import MOST, columns_offered
from crm.people.models import SavedView
from crm.people.saved_views import (
    ViewNameTaken,
    change_columns,
    choice_of,
    choose_columns,
    delete_view,
    find_view,
    keep_view,
    open_with,
    query_of,
    views_for,
)
from crm.people.selecting import list_query
from crm.people.views.loading import back_from, crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


@needs("people.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    choice = choice_of(request.user.pk)
    rows = [(view, query_of(view), _may_change(request, view)) for view in views_for(request.user.pk)]
    context = {"breadcrumbs": crumbs(("", _("Views"))), "rows": rows, "default": choice.view_id}
    return render(request, "people/views.html", context)


@needs("people.view")
@require_POST
def add(request: TenantRequest) -> HttpResponse:
    """Under a name, what the list shows at this moment."""
    form = SavedViewForm(request.POST, may_share=can(request.user, "people.edit"))
    query = list_query(QueryDict(request.POST.get("query", "")))
    if not form.is_valid():
        messages.warning(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(back_from(request))
    try:
        view = keep_view(view=None, query=query, columns=_columns(request), by=request.user.pk, **form.cleaned_data)
    except ViewNameTaken:
        messages.warning(request, _("You have a view of this name already."))
        return redirect(back_from(request))
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(f"{reverse('people:list')}?{query_of(view)}")


@needs("people.view")
@require_http_methods(["GET", "POST"])
def change(request: TenantRequest, pk: int) -> HttpResponse:
    """Name, reach and default. One of somebody else's may only become one's own default."""
    view = _view_or_404(request, pk)
    may_change = _may_change(request, view)
    is_default = choice_of(request.user.pk).view_id == view.pk
    initial = {"name": view.name, "is_shared": view.is_shared, "is_default": is_default}
    may_share = can(request.user, "people.edit")
    form = SavedViewForm(request.POST or None, initial=initial, may_share=may_share)
    if request.method == "POST" and not may_change:
        open_with(view=view, by=request.user.pk, is_default="is_default" in request.POST)
        return redirect("people:views")
    if request.method == "POST" and form.is_valid():
        try:
            keep_view(view=view, query=view.query, columns=view.columns, by=request.user.pk, **form.cleaned_data)
            return redirect("people:views")
        except ViewNameTaken:
            form.add_error("name", _("You have a view of this name already."))
    trail = crumbs((reverse("people:views"), _("Views")), ("", view.name))
    told = {"may_change": may_change, "may_share": may_share, "query": query_of(view)}
    context = {"breadcrumbs": trail, "view": view, "form": form, **told}
    return render(request, "people/view.html", context, status=422 if form.errors else 200)


@needs("people.view")
@require_POST
def update(request: TenantRequest, pk: int) -> HttpResponse:
    """What the list shows now becomes what the view shows."""
    view = _changeable_or_404(request, pk)
    query = list_query(QueryDict(request.POST.get("query", "")))
    is_default = choice_of(request.user.pk).view_id == view.pk
    keep_view(
        view=view,
        name=view.name,
        query=query,
        columns=_columns(request) or view.columns,
        by=request.user.pk,
        is_shared=view.is_shared,
        is_default=is_default,
    )
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(f"{reverse('people:list')}?{query_of(view)}")


@needs("people.view")
@require_POST
def delete(request: TenantRequest, pk: int) -> HttpResponse:
    view = _changeable_or_404(request, pk)
    delete_view(view=view)
    messages.success(request, _("The view “%(name)s” is gone. The people stay.") % {"name": view.name})
    return redirect("people:views")


@needs("people.view")
@require_POST
def columns(request: TenantRequest) -> HttpResponse:
    """Of the view that is shown, if it is one's own; else of one's list, wherever one signs in."""
    keys = _columns(request)
    if len(request.POST.getlist("columns")) > MOST:
        messages.info(request, _("The list shows the first %(count)s of them.") % {"count": MOST})
    view = find_view(request.POST.get("view", ""), user_id=request.user.pk)
    if view and _may_change(request, view):
        change_columns(view=view, columns=keys)
    else:
        choose_columns(by=request.user.pk, columns=keys)
    return redirect(back_from(request))


def _columns(request: TenantRequest) -> list[str]:
    asked = set(request.POST.getlist("columns"))
    return [column.key for column in columns_offered(active_fields()) if column.key in asked][:MOST]


def _view_or_404(request: TenantRequest, pk: int) -> SavedView:
    view = find_view(str(pk), user_id=request.user.pk)
    if view is None:
        raise Http404
    return view


def _changeable_or_404(request: TenantRequest, pk: int) -> SavedView:
    view = _view_or_404(request, pk)
    if not _may_change(request, view):
        raise Http404
    return view


def _may_change(request: TenantRequest, view: SavedView) -> bool:
    """One's own; and a shared one, for whoever keeps the file in order."""
    return view.owner_id == request.user.pk or can(request.user, "people.edit")
