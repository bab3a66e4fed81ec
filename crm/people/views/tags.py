"""The campaign's tags and their groups: named, colored, put in order."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.people import tag_groups
from crm.people.enums import TagColor
from crm.people.listing import Counted
from crm.people.models import DistinctTags, Tag, TagGroup
from crm.people.queries import all_tags
from crm.people.tag_figures import count_tags, last_puts, pairs_alike, unused
from crm.people.tag_forms import TagForm, TagGroupForm
from crm.people.tag_keeping import TagNameTaken, make_tag, rename_tag
from crm.people.views.loading import crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


@needs("people.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    return _page(request)


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
    return _page(request, form=form)


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
        messages.error(request, next(iter(form.errors.as_data().values()))[0].messages[0])
    return redirect("people:tags")


@needs("people.edit")
@require_POST
def keep_apart(request: TenantRequest, pk: int, other: int) -> HttpResponse:
    """They look alike, and are two things."""
    first, second = (get_object_or_404(Tag, pk=one) for one in sorted((pk, other)))
    if first != second:
        DistinctTags.objects.get_or_create(first=first, second=second)
        messages.success(request, _("“%(one)s” and “%(other)s” stay two tags.") % {"one": first, "other": second})
    return redirect("people:tags")


@needs("people.edit")
@require_POST
def create_group(request: TenantRequest) -> HttpResponse:
    form = TagGroupForm(request.POST, auto_id="group-%s")
    if form.is_valid():
        try:
            tag_groups.make_group(name=form.cleaned_data["name"])
        except tag_groups.GroupNameTaken:
            form.add_error("name", _("There is a group of this name already."))
        else:
            return redirect("people:tags")
    return _page(request, group_form=form)


@needs("people.edit")
@require_POST
def change_group(request: TenantRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(TagGroup, pk=pk)
    form = TagGroupForm(request.POST)
    if form.is_valid():
        try:
            tag_groups.rename_group(group=group, name=form.cleaned_data["name"])
        except tag_groups.GroupNameTaken:
            messages.error(request, _("There is a group of this name already."))
    else:
        messages.error(request, _("A group needs a name."))
    return redirect("people:tags")


@needs("people.edit")
@require_POST
def move_group(_request: TenantRequest, pk: int) -> HttpResponse:
    tag_groups.move_up(group=get_object_or_404(TagGroup, pk=pk))
    return redirect("people:tags")


@needs("people.edit")
@require_POST
def delete_group(request: TenantRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(TagGroup, pk=pk)
    tag_groups.delete_group(group=group)
    messages.success(request, _("The group “%(name)s” is deleted. Its tags stay, without a group.") % {"name": group})
    return redirect("people:tags")


def _page(
    request: TenantRequest, *, form: TagForm | None = None, group_form: TagGroupForm | None = None
) -> HttpResponse:
    tags = all_tags()
    prefetch_related_objects(tags, "aliases")
    ids = [tag.pk for tag in tags]
    counts, last = count_tags(ids), last_puts(ids)
    may_edit = can(request.user, "people.edit")
    groups = list(TagGroup.objects.all())
    sections = [
        (group, [(tag, counts[tag.pk], last[tag.pk]) for tag in below])
        for group, below in tag_groups.by_group(tags, groups)
    ]
    context: dict[str, Any] = {
        "breadcrumbs": crumbs(("", _("Tags"))),
        "tags": tags,
        "sections": sections,
        "groups": groups,
        "unused": unused(tags, counts) if may_edit else [],
        "pairs": _pairs(tags, counts) if may_edit else [],
        "colors": TagColor.choices,
        "form": form or TagForm(),
        "group_form": group_form or TagGroupForm(auto_id="group-%s"),
        "may_edit": may_edit,
    }
    return render(request, "people/tags.html", context)


def _pairs(tags: list[Tag], counts: Mapping[int, Counted]) -> list[tuple[Tag, Tag]]:
    """The rarer one first: it is the one to go."""
    return [
        (one, other) if counts[one.pk].number <= counts[other.pk].number else (other, one)
        for one, other in pairs_alike(tags)
    ]
