"""Forms about one person: add, change, note a consent, erase."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.fields.queries import active_fields
from crm.people.contact_points import find_place, normalize_email, parse_phone
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
from crm.people.profile import contact_points_of
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
    form = EditForm(request.POST or None, initial=_initial(person), custom_fields=active_fields(), held=person.custom)
    if request.method == "POST" and form.is_valid():
        try:
            edit_person(
                person=person,
                values=form.values(),
                contacts=_contacts(request, form),
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
            messages.success(request, _("Kept. The history says what changed."))
            return redirect(person)
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", pgettext("people", "Change"))),
        "person": person,
        "form": form,
        "contacts": contact_points_of(person),
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
    messages.success(request, _("The erasure was taken back."))
    return redirect(person)


def _initial(person: Person) -> dict[str, Any]:
    names = (*ProfileMixin.base_fields, "street", "postcode", "city", "commune_code")
    return {name: getattr(person, name) for name in names}


def _contacts(request: TenantRequest, form: EditForm) -> ContactChanges:
    data, told = form.cleaned_data, form.address()
    place = find_place(postcode=told["postcode"], city=told["city"], commune_code=told["commune_code"])
    return ContactChanges(
        email=(normalize_email(data["email"]) or "", data["email"].strip()) if data["email"] else ("", ""),
        phone=parse_phone(data["phone"], departement_code=place.departement_code) if data["phone"] else None,
        # Untouched, it says nothing: the first address may be removed, or another one put first, at the same time.
        address=ContactData(**told) if {*told} & {*form.changed_data} else None,
        removed={kind: _ids(request, f"remove_{kind}") for kind in KINDS},
        first={kind: ids[0] for kind in KINDS if (ids := _ids(request, f"first_{kind}"))},
        statuses={kind: _statuses(request, f"status_{kind}_") for kind in KINDS},
    )


def _statuses(request: TenantRequest, prefix: str) -> dict[int, str]:
    told = {name.removeprefix(prefix): value for name, value in request.POST.items() if name.startswith(prefix)}
    return {int(pk): str(value) for pk, value in told.items() if pk.isdecimal() and value in AddressStatus.values}


def _ids(request: TenantRequest, name: str) -> list[int]:
    return [int(pk) for pk in request.POST.getlist(name) if pk.isdecimal()]
