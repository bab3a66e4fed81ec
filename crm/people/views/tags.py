"""The campaign's tags: named, colored, merged, deleted."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.people.enums import TagColor
from crm.people.forms import TagForm
from crm.people.models import Tag
from crm.people.queries import all_tags, tag_counts
from crm.people.tag_keeping import TagNameTaken, delete_tag, make_tag, merge_tags, rename_tag
from crm.people.views.loading import by_hand, crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


@needs("people.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    return _page(request, TagForm())


@needs("people.edit")
@require_POST
def create(request: TenantRequest) -> HttpResponse:
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            make_tag(**form.cleaned_data)
        except TagNameTaken:
            form.add_error("name", _("There is a tag of this name already."))
        else:
            return redirect("people:tags")
    return _page(request, form)


@needs("people.edit")
@require_POST
def change(request: TenantRequest, pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=pk)
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            rename_tag(tag=tag, **form.cleaned_data)
        except TagNameTaken:
            messages.error(request, _("There is a tag of this name already. To make them one, use Merge."))
    else:
        messages.error(request, _("A tag needs a name."))
    return redirect("people:tags")


@needs("people.edit")
@require_POST
def merge(request: TenantRequest, pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=pk)
    into = request.POST.get("into", "")
    keep = get_object_or_404(Tag, pk=int(into) if into.isdecimal() else 0)
    if keep != tag:
        count = merge_tags(keep=keep, merged=tag, source=by_hand(request, "tags"), now=timezone.now())
        messages.success(
            request,
            ngettext(
                "“%(merged)s” became “%(keep)s” for %(count)s person.",
                "“%(merged)s” became “%(keep)s” for %(count)s people.",
                count,
            )
            % {"merged": tag.name, "keep": keep.name, "count": count},
        )
    return redirect("people:tags")


@needs("people.edit")
@require_POST
def delete(request: TenantRequest, pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=pk)
    count = delete_tag(tag=tag, source=by_hand(request, "tags"), now=timezone.now())
    messages.success(
        request,
        ngettext(
            "The tag “%(name)s” was removed from %(count)s person and deleted.",
            "The tag “%(name)s” was removed from %(count)s people and deleted.",
            count,
        )
        % {"name": tag.name, "count": count},
    )
    return redirect("people:tags")


def _page(request: TenantRequest, form: TagForm) -> HttpResponse:
    counts = tag_counts()
    tags = all_tags()
    context: dict[str, Any] = {
        "breadcrumbs": crumbs(("", _("Tags"))),
        "tags": [(tag, counts.get(tag.pk, 0)) for tag in tags],
        "colors": TagColor.choices,
        "form": form,
        "may_edit": can(request.user, "people.edit"),
    }
    return render(request, "people/tags.html", context)
