"""Forms about one person: add, change, note a consent, erase."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.fields.queries import active_fields
from crm.people.contact_forms import AddressForm
from crm.people.contact_points import normalize_email
from crm.people.editing import (
    ContactChanges,
    EmailBelongsToAnother,
    MergedMeanwhile,
    RefusedSince,
    edit_person,
    note_consents,
)
from crm.people.entries import ContactData
from crm.people.enums import AddressStatus
from crm.people.erasing import DELAY, cancel_erasure, request_erasure
from crm.people.fields import FieldWords
from crm.people.forms import ConsentForm, EditForm, EraseForm, PersonForm, ProfileMixin
from crm.people.models import Person
from crm.people.profile import ContactPoint, contact_points_of
from crm.people.services import capture
from crm.people.shown import KINDS, ChangedMeanwhile, Shown, changed_values, read_shown, shown_of, sign_shown
from crm.people.views.adding import tell_known, tell_refusals
from crm.people.views.loading import by_hand, crumbs, looked_at, person_or_404
from shared.numbers import number, numbers
from tenants.http import TenantRequest
from tenants.office.access import needs

CHANGED = gettext_lazy(
    "Somebody changed this in the meantime; it now says: %(value)s. Save again to put yours in its place."
)


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
        person = Person.objects.get(pk=done.person_id)
        if not done.created:
            tell_known(request, person, form)
        tell_refusals(request, person, done.held)
        return redirect(person)
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
    shown = read_shown(request.POST.get("shown", "")) or shown_of(person, form.names)
    points = contact_points_of(person)
    addresses = _address_forms(request, points, shown)
    others: Shown = {}
    if request.method == "POST" and _are_valid(form, *addresses.values()):
        try:
            return _keep(request, person, form, addresses, shown)
        except EmailBelongsToAnother as error:
            form.add_error("email", str(error.message))
        except ChangedMeanwhile as error:
            _tell_others(error.present, form, points, addresses)
            form.show_instead(error.beside)
            others = error.present | error.beside
            shown |= others  # whoever has read that may save once more
            addresses |= _address_forms_untouched(addresses, points, shown)
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", pgettext("people", "Change"))),
        "person": person,
        "form": form,
        "contacts": [_row(request, one, addresses, others) for one in points],
        "points_left": sum(len(one.errors) for one in (form, *addresses.values())),
        "is_conflict": bool(others),
        "has_address": bool(addresses),
        "statuses": AddressStatus.choices,
        "shown": sign_shown(shown),
    }
    return render(request, "people/edit.html", context)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def consent(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    initial = {"channels": request.GET.getlist("channel"), "answer": "yes", "key": uuid4().hex}
    form = ConsentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            note_consents(
                person=person,
                consents=form.consents(),
                source=by_hand(request),
                now=timezone.now(),
                key=f"consent:{form.cleaned_data['key'] or uuid4().hex}",
            )
        except RefusedSince as error:
            told = {"day": date_format(error.day, "j F Y")}
            form.add_error(
                "given_on", _("This was refused since, on %(day)s: an older agreement does not count.") % told
            )
        else:
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


def _keep(
    request: TenantRequest, person: Person, form: EditForm, addresses: Mapping[int, AddressForm], shown: Shown
) -> HttpResponse:
    if shown["person"] != person.pk:
        return _merged(request, person)
    try:
        is_changed = edit_person(
            person=person,
            values=changed_values(shown, form.values()),
            contacts=_contacts(request, form, addresses, shown),
            source=by_hand(request),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            shown=shown,
        )
    except MergedMeanwhile:
        return _merged(request, person)
    if is_changed:
        messages.success(request, _("Kept. The history says what changed."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect(person)


def _merged(request: TenantRequest, person: Person) -> HttpResponse:
    messages.warning(request, _("This person was merged meanwhile: nothing was changed. Look here first."))
    return redirect(person)


def _tell_others(
    present: Shown, form: EditForm, points: Sequence[ContactPoint], addresses: Mapping[int, AddressForm]
) -> None:
    """Beside what was typed, what somebody else wrote there since the form was opened."""
    words, inputs = FieldWords(), form.names
    for name, value in present.items():
        if name in inputs:
            form.add_error(inputs[name], CHANGED % {"value": words.shown(name, value)})
    for one in points:
        if any(name.startswith(f"address-{one.row.id}-") for name in present) and one.row.id in addresses:
            addresses[one.row.id].add_error(None, CHANGED % {"value": one.text})
        if (status := present.get(f"status_{one.kind}_{one.row.id}")) is not None:
            told = {"address": one.text, "status": AddressStatus(status).label}
            form.add_error(
                None, _("%(address)s was marked “%(status)s” meanwhile. To mark it otherwise, do so again.") % told
            )


def _row(
    request: TenantRequest, point: ContactPoint, addresses: Mapping[int, AddressForm], others: Shown
) -> dict[str, Any]:
    """One of her addresses, with what was just chosen for it where the form comes back, unless others chose meanwhile."""
    kind, row, post = point.kind, point.row, request.POST
    return {
        "one": point,
        "correction": addresses.get(row.id) if kind == "addresses" else None,
        "status": others.get(status := f"status_{kind}_{row.id}") or post.get(status, row.status),
        "is_first": row.id in _ids(request, f"first_{kind}") if post else row.is_primary,
        "is_removed": row.id in _ids(request, f"remove_{kind}"),
    }


def _address_forms(request: TenantRequest, points: Sequence[ContactPoint], shown: Shown) -> dict[int, AddressForm]:
    """By the ids of her addresses. What is about to be removed is not checked."""
    removed = _ids(request, "remove_addresses")
    rows = [one.row for one in points if one.kind == "addresses"]
    return {
        row.id: AddressForm(None if row.id in removed else request.POST or None, address=row, shown=shown)
        for row in rows
    }


def _address_forms_untouched(
    addresses: Mapping[int, AddressForm], points: Sequence[ContactPoint], shown: Shown
) -> dict[int, AddressForm]:
    """Those that nobody typed into, as they read now."""
    untouched = [one.row for one in points if one.kind == "addresses" and not addresses[one.row.id].is_bound]
    return {row.id: AddressForm(None, address=row, shown=shown) for row in untouched}


def _are_valid(form: EditForm, *addresses: AddressForm) -> bool:
    """All are checked, so that all that is left to correct is shown at once."""
    return all([form.is_valid(), *(one.is_valid() for one in addresses if one.is_bound)])


def _contacts(
    request: TenantRequest, form: EditForm, addresses: Mapping[int, AddressForm], shown: Shown
) -> ContactChanges:
    data = form.cleaned_data
    return ContactChanges(
        email=(normalize_email(data["email"]) or "", data["email"].strip()) if data["email"] else ("", ""),
        phone=form.read_phone(data["phone"]) if data["phone"] else None,
        address=ContactData(**form.address()) if form.has_address else None,
        corrected={pk: ContactData(**one.address()) for pk, one in addresses.items() if one.is_bound},
        removed={kind: _ids(request, f"remove_{kind}") for kind in KINDS},
        first=_first(request, shown),
        statuses={kind: _statuses(request, f"status_{kind}_", shown) for kind in KINDS},
    )


def _first(request: TenantRequest, shown: Shown) -> dict[str, int]:
    """By kind, where another one than before is chosen."""
    told = {kind: _ids(request, f"first_{kind}") for kind in KINDS}
    return {kind: ids[0] for kind, ids in told.items() if ids and ids[0] != shown.get(f"first_{kind}")}


def _statuses(request: TenantRequest, prefix: str, shown: Shown) -> dict[int, str]:
    told = {name: value for name, value in request.POST.items() if name.startswith(prefix) and value != shown.get(name)}
    by_id = {name.removeprefix(prefix): value for name, value in told.items()}
    return {number(pk): str(value) for pk, value in by_id.items() if number(pk) and value in AddressStatus.values}


def _ids(request: TenantRequest, name: str) -> list[int]:
    return numbers(request.POST.getlist(name))
