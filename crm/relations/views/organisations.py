"""Organisations: list, page, form."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.people.contact_points import display_phone
from crm.people.views.loading import by_hand
from crm.relations.forms import FilterForm, OrganisationForm
from crm.relations.identifiers import display_siren
from crm.relations.models import Organisation
from crm.relations.queries import affiliation_page, organisation_page, organisations_matching
from crm.relations.services import SirenTaken, delete_organisation, save_organisation
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


def crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    office = (reverse("wagtailadmin_home"), _("Office"))
    return [office, (reverse("relations:organisations"), _("Organisations")), *more]


@needs("people.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    form.is_valid()
    text, kind = form.cleaned_data.get("q", ""), form.cleaned_data.get("kind", "")
    page = organisation_page(organisations_matching(text, kind=kind), after=request.GET.get("after", ""))
    asked = {name: value for name, value in (("q", text), ("kind", kind)) if value}
    context = {
        "breadcrumbs": crumbs()[:2],
        "form": form,
        "organisations": page.rows,
        "is_filtered": bool(asked),
        "after_url": f"?{urlencode({**asked, 'after': page.after})}" if page.after else "",
        "may_edit": can(request.user, "people.edit"),
    }
    return render(request, "relations/organisations.html", context)


@needs("people.view")
@require_GET
def show(request: TenantRequest, uuid: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation, uuid=uuid)
    context = {
        "breadcrumbs": crumbs(("", organisation.name)),
        "organisation": organisation,
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
    return _form(request, get_object_or_404(Organisation, uuid=uuid))


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def delete(request: TenantRequest, uuid: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation, uuid=uuid)
    if request.method == "POST":
        delete_organisation(organisation=organisation, source=by_hand(request), now=timezone.now())
        messages.success(request, _("“%(name)s” is deleted. The people stay.") % {"name": organisation.name})
        return redirect("relations:organisations")
    trail = crumbs((organisation.get_absolute_url(), organisation.name), ("", _("Delete")))
    return render(request, "relations/delete.html", {"breadcrumbs": trail, "organisation": organisation})


def _form(request: TenantRequest, organisation: Organisation | None) -> HttpResponse:
    initial = {name: getattr(organisation, name) for name in OrganisationForm.base_fields} if organisation else {}
    form = OrganisationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_organisation(
                organisation=organisation, values=form.cleaned_data, source=by_hand(request), now=timezone.now()
            )
        except SirenTaken:
            form.add_error("siren", _("Another organisation has this SIREN."))
        else:
            return redirect(kept)
    title = _("Change %(name)s") % {"name": organisation.name} if organisation else _("Add an organisation")
    context = {"breadcrumbs": crumbs(("", title)), "title": title, "form": form, "organisation": organisation}
    return render(request, "relations/form.html", context, status=422 if form.errors else 200)
