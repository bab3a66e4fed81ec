"""What the team does to one person by hand: each change with who, when and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.consent.entries import ConsentGiven, Source
from crm.consent.enums import Channel
from crm.consent.objections import refusals_against
from crm.consent.services import lock_person, record_consents
from crm.people.addresses import add_address, correct_address, read_address
from crm.people.contact_points import Phone
from crm.people.entries import ContactData
from crm.people.enums import AddressStatus
from crm.people.matching import lock_identities
from crm.people.models import Activity, EmailAddress, Person, PersonChange, PhoneNumber
from crm.people.refreshing import refresh_people
from crm.people.services import record_activity
from crm.people.shown import KINDS, PLACE, Shown, check_unchanged
from crm.people.writing import change_fields, keep_email, keep_phone, sourced, touch_person


class EmailBelongsToAnother(Exception):
    """Another person of the campaign has this e-mail."""

    message = _("Another person of the campaign has this e-mail.")


class MergedMeanwhile(Exception):
    """While the form was open, she was merged into somebody: what was typed was meant for her old row."""


class RefusedSince(Exception):
    """What was agreed to on that day was refused later."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())
        self.day = day


@dataclass(frozen=True, slots=True)
class ContactChanges:
    """New e-mail (normal form, as typed), new number, new address; of the known ones, by kind and id, what becomes of them.

    `corrected`: postal addresses by their ids, as they read from now on."""

    email: tuple[str, str] = ("", "")
    phone: Phone | None = None
    address: ContactData | None = None
    corrected: Mapping[int, ContactData] = field(default_factory=dict)
    removed: Mapping[str, Sequence[int]] = field(default_factory=dict)
    first: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@transaction.atomic
def edit_person(
    *,
    person: Person,
    values: Mapping[str, Any],
    contacts: ContactChanges,
    source: Source,
    reason: str,
    now: datetime,
    shown: Shown | None = None,
) -> bool:
    """What the team writes by hand always wins, but over what somebody else of it wrote since it was `shown`.

    Returns whether anything changed. Raises EmailBelongsToAnother, MergedMeanwhile, ChangedMeanwhile.
    """
    if lock_person(person.pk) != person.pk:
        raise MergedMeanwhile
    if shown is not None:
        person.refresh_from_db()
        check_unchanged(shown, {**values, **_of_known(contacts)}, person)
    changes = change_fields(person, values, source=source, now=now, reason=reason)
    changes |= _change_contacts(person, contacts, source, now, reason)
    refresh_people([person.pk])
    if changes:
        touch_person(person.pk, now)
        record_activity(
            person_id=person.pk,
            kind="edited",
            source=source,
            payload={"fields": sorted(changes), "reason": reason},
            now=now,
        )
    return bool(changes)


@transaction.atomic
def note_consents(
    *, person: Person, consents: Sequence[ConsentGiven], source: Source, now: datetime, key: str = ""
) -> None:
    """An agreement or a refusal that reached the team outside of the product, with its proof in the wording.

    The same key twice is one. Raises RefusedSince: an older agreement takes no newer refusal's place.
    """
    if key:
        lock_identities(f"key:{key}")
        if Activity.objects.filter(key=key).exists():
            return
    _check_not_refused_since(lock_person(person.pk), consents)
    record_consents(person_id=person.pk, consents=consents, source=source, now=now)
    agreed = any(consent.granted for consent in consents)
    record_activity(
        person_id=person.pk, kind="consent_noted", source=source, payload={"granted": agreed}, key=key, now=now
    )


def _check_not_refused_since(person_id: int, consents: Sequence[ConsentGiven]) -> None:
    dated = [one for one in consents if one.given_on]
    refused = refusals_against(person_id=person_id, consents=dated)
    for one in dated:
        refused_on = refused.get((one.purpose, one.channel))
        if one.granted and one.given_on and refused_on and one.given_on < refused_on:
            raise RefusedSince(refused_on)


@transaction.atomic
def mark_address(*, channel: str, address: str, status: str, reason: str, now: datetime) -> None:
    """What messages learn of an address: it works, or mail to it comes back."""
    kept = {"status": status, "status_reason": reason[:200], "status_at": now}
    if channel == Channel.EMAIL:
        emails = EmailAddress.objects.filter(address=address.strip().lower())
        people = list(emails.values_list("person_id", flat=True))
        emails.update(**kept)
    else:
        phones = PhoneNumber.objects.filter(number=address)
        people = list(phones.values_list("person_id", flat=True))
        phones.update(**kept)
    if status == AddressStatus.BAD:
        _put_working_ones_first(people)
    refresh_people(people)


def _of_known(contacts: ContactChanges) -> dict[str, Any]:
    """What becomes of known addresses, by the names that `shown` has."""
    statuses = {f"status_{kind}_{pk}": one for kind, told in contacts.statuses.items() for pk, one in told.items()}
    corrected = {pk: read_address(one) for pk, one in contacts.corrected.items()}
    return statuses | {f"address-{pk}-{name}": told[name] for pk, told in corrected.items() for name in PLACE}


def _change_contacts(
    person: Person, contacts: ContactChanges, source: Source, now: datetime, reason: str
) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {}
    gone = _remove(person, contacts.removed)
    for kind, model in KINDS.items():
        _put_first(model.objects.filter(person=person), contacts.first.get(kind))
    added = _add(person, contacts, source, now)
    if gone or added:
        changes["contacts"] = [", ".join(gone), ", ".join(added)]
    if told := _change_addresses(person, contacts, source, now):
        changes["address"] = told
    if told := _change_statuses(person, contacts.statuses, now):
        changes["statuses"] = told
        _put_working_ones_first([person.pk])
    for kind, wanted in contacts.first.items():  # above what is new
        _put_first(KINDS[kind].objects.filter(person=person), wanted)
    if changes:
        PersonChange.objects.create(person=person, changes=changes, reason=reason, at=now, **sourced(source))
    return changes


def _remove(person: Person, removed: Mapping[str, Sequence[int]]) -> list[str]:
    gone = []
    for kind, model in KINDS.items():
        rows = model.objects.filter(person=person, id__in=removed.get(kind, ()))
        gone += [str(row) for row in rows]
        rows.delete()
    return gone


def _add(person: Person, contacts: ContactChanges, source: Source, now: datetime) -> list[str]:
    address, typed = contacts.email
    if address and keep_email(person, address, typed, created=False, source=source, now=now):
        raise EmailBelongsToAnother
    if contacts.phone:
        keep_phone(person, contacts.phone, source=source, now=now)
    return [text for text in (typed, contacts.phone.number if contacts.phone else "") if text]


def _change_statuses(person: Person, statuses: Mapping[str, Mapping[int, str]], now: datetime) -> list[Any]:
    """What somebody found out by hand: it works, or it does not. Before and after: which, and the code of its status."""
    before, after = [], []
    for kind, model in KINDS.items():
        for row in model.objects.filter(person=person, id__in=statuses.get(kind, {})):
            status = AddressStatus(statuses[kind][row.id])
            if row.status != status:
                before.append([str(row), row.status])
                after.append([str(row), status.value])
                model.objects.filter(pk=row.pk).update(status=status, status_reason="", status_at=now)
    return [before, after] if after else []


def _change_addresses(person: Person, contacts: ContactChanges, source: Source, now: datetime) -> list[str]:
    """Before and after, in words; empty where all of them stay as they were."""
    told = [correct_address(person, number, one, source=source, now=now) for number, one in contacts.corrected.items()]
    if contacts.address is not None:
        told.append(add_address(person, contacts.address, source=source, now=now))
    changed = [one for one in told if one.before != one.after]
    return ["; ".join(filter(None, side)) for side in zip(*changed, strict=True)]


def _put_first(addresses: Any, wanted: int | None) -> None:
    """Exactly one is first: the one that is wanted, else the one that was, else the oldest."""
    chosen = addresses.filter(id=wanted).first() if wanted else None
    chosen = chosen or addresses.order_by("rank").first()
    if chosen is not None and not chosen.is_primary:
        addresses.filter(is_primary=True).update(is_primary=False)
        addresses.filter(pk=chosen.pk).update(is_primary=True)


def _put_working_ones_first(people: Sequence[int]) -> None:
    """Where the first e-mail or number does not work and another one may; a mobile before a landline."""
    for model, order in ((EmailAddress, ("id",)), (PhoneNumber, ("-is_mobile", "id"))):
        failing = model.objects.filter(person__in=people, is_primary=True, status=AddressStatus.BAD)
        for person_id in failing.values_list("person_id", flat=True):
            own = model.objects.filter(person=person_id)
            working = own.exclude(status=AddressStatus.BAD).order_by(*order).first()
            if working is not None:
                _put_first(own, working.id)
