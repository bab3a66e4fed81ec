"""How a tag ends: merged into another, deleted, or swept out with those that nobody carries. What names it is told first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from crm.people import tag_runs
from crm.people.models import Tag
from crm.people.queries import all_tags, former_names
from crm.people.tag_figures import count_tags
from crm.people.tag_figures import unused as unused_of
from crm.people.tag_forms import MergeForm, UnusedForm
from crm.people.tag_keeping import TagGone, TagInUse, delete_tag, delete_unused, merge_tags
from crm.people.tag_users import Need, TagUsage, keeping, refusing, usages_of_tags
from crm.people.views.loading import by_hand, crumbs
from crm.runs.queries import progress_of
from crm.runs.views import run_or_404
from shared.numbers import INTEGER, numbers
from tenants.http import TenantRequest
from tenants.office.access import needs

TICKED = 500  # boxes on one page: a form may not have more than a thousand fields


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def merge(request: TenantRequest, pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=pk)
    others = [other for other in all_tags() if other.pk != tag.pk]
    asked = request.POST or ({"into": request.GET["into"]} if "into" in request.GET else None)
    form = MergeForm(asked, others=others)
    keep = next((other for other in others if form.is_valid() and other.pk == form.cleaned_data["into"]), None)
    usages = usages_of_tags([tag.pk, keep.pk] if keep else [tag.pk])
    busy = refusing(usages, deletes=False)
    if request.method == "POST" and keep is not None:
        try:
            return _merged(request, tag, keep)
        except TagInUse as error:
            busy = error.usages
        except TagGone:
            return _gone(request)
    context = {
        "breadcrumbs": _trail(_("Merge")),
        "tag": tag,
        "form": form,
        "keep": keep,
        "count": count_tags([tag.pk])[tag.pk],
        "followed": [usage for usage in usages if usage.tag_id == tag.pk and usage.need is not Need.BUSY],
        "refusing": _once_each(busy),
    }
    return render(request, "people/tag_merge.html", context, status=_status(request, refused=bool(busy)))


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def delete(request: TenantRequest, pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=pk)
    usages = usages_of_tags([tag.pk])
    refused = refusing(usages, deletes=True)
    if request.method == "POST":
        try:
            return _deleted(request, tag)
        except TagInUse as error:
            refused = error.usages
        except TagGone:
            return _gone(request)
    context = {
        "breadcrumbs": _trail(_("Delete")),
        "tag": tag,
        "count": count_tags([tag.pk])[tag.pk],
        "refusing": _once_each(refused),
        "going": [usage for usage in usages if usage.need is Need.GOES],
        "losing": [usage for usage in usages if usage.need is Need.CARRIED],
    }
    return render(request, "people/tag_delete.html", context, status=_status(request, refused=bool(refused)))


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def unused(request: TenantRequest) -> HttpResponse:
    """Those that nobody carries and nothing needs, all in one step: each can be left out."""
    tags = all_tags()
    nobodys = unused_of(tags, count_tags([tag.pk for tag in tags]))
    usages = usages_of_tags([tag.pk for tag in nobodys])
    needed = {usage.tag_id for usage in keeping(usages)}
    free = [tag for tag in nobodys if tag.pk not in needed][:TICKED]
    form = UnusedForm(unused=free, initial={"tags": [tag.pk for tag in free]})
    if request.method == "POST":
        ticked = set(numbers(request.POST.getlist("tags"), most=INTEGER))
        names = delete_unused(tag_ids=sorted(ticked))
        words = ngettext("%(count)s tag is deleted.", "%(count)s tags are deleted.", len(names))
        messages.success(request, words % {"count": len(names)})
        return redirect("people:tags")
    kept = [(tag, [usage for usage in usages if usage.tag_id == tag.pk]) for tag in nobodys if tag.pk in needed]
    going = [usage for usage in usages if usage.need is Need.GOES and usage.tag_id not in needed]
    context = {
        "breadcrumbs": _trail(_("Tags that nobody carries")),
        "form": form,
        "free": free,
        "kept": kept,
        "going": going,
    }
    return render(request, "people/tags_unused.html", context)


@needs("people.edit")
@require_GET
@never_cache
def run(request: TenantRequest, uuid: UUID) -> HttpResponse:
    work = run_or_404(uuid, tag_runs.KIND)
    names = former_names() | {tag.pk: tag.name for tag in all_tags()}
    told = work.parameters
    context = {
        "breadcrumbs": _trail(_("Under way")),
        "run": work,
        "progress": progress_of(work, timezone.now()),
        "name": names.get(told["tag"], ""),
        "into": names.get(told.get("into", 0), ""),
        "into_pk": told.get("into"),
    }
    return render(request, "people/tag_run.html", context)


def _merged(request: TenantRequest, tag: Tag, keep: Tag) -> HttpResponse:
    """Raises TagInUse, TagGone."""
    if tag_runs.is_for_a_worker(tag):
        work = tag_runs.start_merging(keep=keep, merged=tag, by=request.user.pk, now=timezone.now())
        return redirect("people:tag_run", work.uuid)
    name = tag.name
    count = merge_tags(keep=keep, merged=tag, source=by_hand(request, "tags"), now=timezone.now())
    words = ngettext(
        "“%(merged)s” became “%(keep)s” for %(count)s person.",
        "“%(merged)s” became “%(keep)s” for %(count)s people.",
        count,
    )
    messages.success(request, words % {"merged": name, "keep": keep.name, "count": count})
    return redirect("people:tags")


def _deleted(request: TenantRequest, tag: Tag) -> HttpResponse:
    """Raises TagInUse, TagGone."""
    if tag_runs.is_for_a_worker(tag):
        work = tag_runs.start_deleting(tag=tag, by=request.user.pk, now=timezone.now())
        return redirect("people:tag_run", work.uuid)
    name = tag.name
    count = delete_tag(tag=tag, source=by_hand(request, "tags"), now=timezone.now())
    words = ngettext(
        "The tag “%(name)s” was removed from %(count)s person and deleted.",
        "The tag “%(name)s” was removed from %(count)s people and deleted.",
        count,
    )
    messages.success(request, words % {"name": name, "count": count})
    return redirect("people:tags")


def _gone(request: TenantRequest) -> HttpResponse:
    messages.error(request, _("Somebody else merged or deleted this tag meanwhile."))
    return redirect("people:tags")


def _once_each(usages: list[TagUsage]) -> list[TagUsage]:
    """An import under way is told once, whichever of two tags it is in the way of."""
    return list({(usage.label, usage.url): usage for usage in usages}.values())


def _status(request: TenantRequest, *, refused: bool) -> int:
    return 200 if request.method == "GET" else 409 if refused else 422


def _trail(last: str) -> list[tuple[str, str]]:
    return crumbs((reverse("people:tags"), _("Tags")), ("", last))
