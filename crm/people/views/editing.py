"""Forms about one person: add, change, note a consent, erase."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.fields.queries import active_fields
from crm.people.contact_forms import AddressForm
from crm.people.contact_points import normalize_email
from crm.people.editing import (
    KINDS,
    ContactChanges,
    EmailBelongsToAnother,
    MergedMeanwhile,
    edit_person,
    note_consents,
)
from crm.people.entries import ContactData
from crm.people.enums import AddressStatus
from crm.people.erasing import DELAY, cancel_erasure, request_erasure
from crm.people.forms import ConsentForm, EditForm, EraseForm, PersonForm, ProfileMixin
from crm.people.models import Person
from crm.people.profile import ContactPoint, contact_points_of
from crm.people.services import capture
from crm.people.views.loading import by_hand, crumbs, looked_at, person_or_404
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def add(request: TenantRequest) -> HttpResponse:
    initial = {"key": uuid4().hex, "language": "fr", "relationship": "regular"}
    form = PersonForm(request.POST or None, initial=initial, custom_fields=active_fields())
    if request.method == "POST" and form.is_valid():
        done = capture(
            contact=form.contact(),
            kind="added",
            source=by_hand(request, "added"),
            consents=form.consents(),
            key=f"added:{form.cleaned_data['key']}",
            now=timezone.now(),
        )
        if not done.created:
            messages.info(request, _("This person was known already: what you wrote was added to the page."))
        return redirect(Person.objects.get(pk=done.person_id))
    context = {"breadcrumbs": crumbs(("", _("Add a person"))), "form": form}
    return render(request, "people/add.html", context)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    looked_at(request, person)
    form = EditForm(
        request.POST or None,
        initial={name: getattr(person, name) for name in ProfileMixin.base_fields},
        custom_fields=active_fields(),
        held=person.custom,
        home=(person.departement_code, person.country),
    )
    points = contact_points_of(person)
    addresses = _address_forms(request, points)
    if request.method == "POST" and _are_valid(form, *addresses.values()):
        try:
            is_changed = edit_person(
                person=person,
                values=form.values(),
                contacts=_contacts(request, form, addresses),
                source=by_hand(request),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except EmailBelongsToAnother as error:
            form.add_error("email", str(error.message))
        except MergedMeanwhile:
            messages.warning(request, _("This person was merged meanwhile: nothing was changed. Look here first."))
            return redirect(person)
        else:
            if is_changed:
                messages.success(request, _("Kept. The history says what changed."))
            else:
                messages.info(request, _("Nothing was changed."))
            return redirect(person)
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", pgettext("people", "Change"))),
        "person": person,
        "form": form,
        "contacts": [(one, addresses.get(one.row.id) if one.kind == "addresses" else None) for one in points],
        "has_address": bool(addresses),
        "statuses": AddressStatus.choices,
    }
    return render(request, "people/edit.html", context)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def consent(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    form = ConsentForm(request.POST or None, initial={"channels": request.GET.getlist("channel"), "answer": "yes"})
    if request.method == "POST" and form.is_valid():
        note_consents(person=person, consents=form.consents(), source=by_hand(request), now=timezone.now())
        messages.success(request, _("Noted in the ledger, with its proof."))
        return redirect(person)
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", _("Note a consent"))),
        "person": person,
        "form": form,
    }
    return render(request, "people/consent.html", context)


@needs("people.erase")
@require_http_methods(["GET", "POST"])
def erase(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    form = EraseForm(request.POST or None, expected=person.full_name)
    if request.method == "POST" and form.is_valid():
        request_erasure(person=person, source=by_hand(request), now=timezone.now())
        messages.success(
            request,
            _("Nothing more will be sent. The data will be erased in %(days)s days.") % {"days": DELAY.days},
        )
        return redirect(person)
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", _("Erase"))),
        "person": person,
        "form": form,
        "delay_days": DELAY.days,
    }
    return render(request, "people/erase.html", context)


@needs("people.erase")
@require_POST
def keep(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """The erasure is taken back in time."""
    person = person_or_404(uuid)
    cancel_erasure(person=person, source=by_hand(request), now=timezone.now())
    messages.success(request, _("The erasure was called off."))
    return redirect(person)


def _address_forms(request: TenantRequest, points: Sequence[ContactPoint]) -> dict[int, AddressForm]:
    """By the ids of her addresses. What is about to be removed is not checked."""
    removed = _ids(request, "remove_addresses")
    rows = [one.row for one in points if one.kind == "addresses"]
    return {row.id: AddressForm(None if row.id in removed else request.POST or None, address=row) for row in rows}


def _are_valid(form: EditForm, *addresses: AddressForm) -> bool:
    """All are checked, so that all that is left to correct is shown at once."""
    return all([form.is_valid(), *(one.is_valid() for one in addresses if one.is_bound)])


def _contacts(request: TenantRequest, form: EditForm, addresses: Mapping[int, AddressForm]) -> ContactChanges:
    data = form.cleaned_data
    return ContactChanges(
        email=(normalize_email(data["email"]) or "", data["email"].strip()) if data["email"] else ("", ""),
        phone=form.read_phone(data["phone"]) if data["phone"] else None,
        address=ContactData(**form.address()) if form.has_address else None,
        corrected={pk: ContactData(**one.address()) for pk, one in addresses.items() if one.is_bound},
        removed={kind: _ids(request, f"remove_{kind}") for kind in KINDS},
        first={kind: ids[0] for kind in KINDS if (ids := _ids(request, f"first_{kind}"))},
        statuses={kind: _statuses(request, f"status_{kind}_") for kind in KINDS},
    )


def _statuses(request: TenantRequest, prefix: str) -> dict[int, str]:
    told = {name.removeprefix(prefix): value for name, value in request.POST.items() if name.startswith(prefix)}
    return {int(pk): str(value) for pk, value in told.items() if pk.isdecimal() and value in AddressStatus.values}


def _ids(request: TenantRequest, name: str) -> list[int]:
    return [int(pk) for pk in request.POST.getlist(name) if pk.isdecimal()]
