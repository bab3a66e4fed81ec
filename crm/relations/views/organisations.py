"""Organisations: list, page, form."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.people.contact_points import display_phone
from crm.people.queries import all_tags
from crm.people.tagging import names_typed
from crm.people.views.loading import by_hand
from crm.relations.forms import FilterForm, MergeForm, OrganisationForm
from crm.relations.identifiers import display_siren, normalize_website
from crm.relations.merging import CannotMerge, CannotPart, merge_organisations, part_organisations
from crm.relations.models import Organisation, OrganisationMerge
from crm.relations.queries import (
    affiliation_page,
    merges_to_take_back,
    organisation_page,
    organisations_matching,
    tags_of,
)
from crm.relations.searching import organisations_alike
from crm.relations.services import SirenTaken, delete_organisation, save_organisation
from crm.relations.tagging import tag_organisation, untag_organisation
from shared.numbers import INTEGER, number
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can

FOUND = 10


def crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    office = (reverse("wagtailadmin_home"), _("Office"))
    return [office, (reverse("relations:organisations"), _("Organisations")), *more]


@needs("people.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    tags = all_tags()
    form = FilterForm(request.GET, tags=tags)
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    text, after = asked.get("q", ""), request.GET.get("after", "")
    narrowed = {"kind": asked.get("kind", ""), "tag": asked.get("tag")}
    page = organisation_page(organisations_matching(text, **narrowed), after=after)
    nearly = bool(text) and not page.rows
    if nearly:
        page = organisation_page(organisations_alike(text, **narrowed), after=after)
    context = {
        "breadcrumbs": crumbs()[:2],
        "form": form,
        "organisations": page.rows,
        "rows": [(one, tags_of(one, tags)) for one in page.rows],
        "nearly": nearly,
        "is_filtered": bool(asked),
        "after_url": f"?{urlencode({**asked, 'after': page.after})}" if page.after else "",
        "may_edit": can(request.user, "people.edit"),
    }
    return render(request, "relations/organisations.html", context)


@needs("people.view")
@require_GET
def show(request: TenantRequest, uuid: UUID) -> HttpResponse:
    organisation = organisation_or_404(uuid)
    if organisation.uuid != uuid:
        return redirect(organisation)
    tags = all_tags()
    context = {
        "breadcrumbs": crumbs(("", organisation.name)),
        "merges": merges_to_take_back(organisation, now=timezone.now()),
        "organisation": organisation,
        "tags": tags,
        "own_tags": tags_of(organisation, tags),
        "website": normalize_website(organisation.website),
        "siren": display_siren(organisation.siren) if organisation.siren else "",
        "phone": display_phone(organisation.phone) if organisation.phone else "",
        "page": affiliation_page(organisation, after=request.GET.get("after", "")),
        "may_edit": can(request.user, "people.edit"),
    }
    return render(request, "relations/organisation.html", context)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def add(request: TenantRequest) -> HttpResponse:
    return _form(request, None)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, uuid: UUID) -> HttpResponse:
    return _form(request, organisation_or_404(uuid))


@needs("people.edit")
@require_POST
def tag(request: TenantRequest, uuid: UUID) -> HttpResponse:
    organisation, now = organisation_or_404(uuid), timezone.now()
    if removed := number(request.POST.get("remove"), most=INTEGER):
        untag_organisation(organisation=organisation, tag_id=removed, now=now)
    else:
        tag_organisation(organisation=organisation, names=names_typed(request.POST.get("tags", "")), now=now)
    return redirect(organisation)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def delete(request: TenantRequest, uuid: UUID) -> HttpResponse:
    organisation = organisation_or_404(uuid)
    if request.method == "POST":
        delete_organisation(organisation=organisation, source=by_hand(request), now=timezone.now())
        messages.success(request, _("“%(name)s” is deleted. The people stay.") % {"name": organisation.name})
        return redirect("relations:organisations")
    trail = crumbs((organisation.get_absolute_url(), organisation.name), ("", _("Delete")))
    return render(request, "relations/delete.html", {"breadcrumbs": trail, "organisation": organisation})


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def merge(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Another entry of the same organisation is looked for, chosen, and goes into this one."""
    organisation = organisation_or_404(uuid)
    form = MergeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        other = organisation_or_404(form.cleaned_data["organisation"])
        try:
            merge_organisations(keep=organisation, duplicate=other, source=by_hand(request), now=timezone.now())
        except CannotMerge:
            messages.error(request, _("These two cannot be merged."))
        else:
            messages.success(request, _("“%(name)s” is merged. That can be undone for 30 days.") % {"name": other.name})
        return redirect(organisation)
    text = request.GET.get("q", organisation.name).strip()[:200]
    found = organisation_page(organisations_matching(text).exclude(pk=organisation.pk)).rows[:FOUND]
    trail = crumbs((organisation.get_absolute_url(), organisation.name), ("", _("Merge")))
    context = {"breadcrumbs": trail, "organisation": organisation, "text": text, "found": found, "form": form}
    return render(request, "relations/merge.html", context, status=422 if form.errors else 200)


@needs("people.edit")
@require_POST
def part(request: TenantRequest, uuid: UUID, pk: int) -> HttpResponse:
    organisation = organisation_or_404(uuid)
    merge = get_object_or_404(OrganisationMerge, kept=organisation, pk=pk)
    try:
        other = part_organisations(merge=merge, now=timezone.now())
    except CannotPart:
        messages.error(request, _("This merge can no longer be undone."))
    else:
        messages.success(request, _("“%(name)s” is there again.") % {"name": other.name})
    return redirect(organisation)


def organisation_or_404(uuid: UUID) -> Organisation:
    """The address of one that was merged leads to the one that was kept."""
    found = get_object_or_404(Organisation.objects.select_related("merged_into"), uuid=uuid)
    return found.merged_into or found


def _form(request: TenantRequest, organisation: Organisation | None) -> HttpResponse:
    fields = [name for name in OrganisationForm.base_fields if name != "key"]
    initial = {name: getattr(organisation, name) for name in fields} if organisation else {"key": uuid4()}
    form = OrganisationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in fields}
        try:
            kept = save_organisation(
                organisation=organisation,
                values=values,
                source=by_hand(request),
                now=timezone.now(),
                key=form.cleaned_data["key"],
            )
        except SirenTaken:
            form.add_error("siren", _("Another organisation has this SIREN."))
        else:
            return redirect(kept)
    title = _("Change %(name)s") % {"name": organisation.name} if organisation else _("Add an organisation")
    context = {"breadcrumbs": crumbs(("", title)), "title": title, "form": form, "organisation": organisation}
    return render(request, "relations/form.html", context, status=422 if form.errors else 200)
