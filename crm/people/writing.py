"""What `capture` writes beside the person's row: her own fields with their history, her addresses with their source."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from crm.consent.entries import Source
from crm.people.contact_points import Phone, Place
from crm.people.custom import columns_of, is_custom, named, put_value, value_of
from crm.people.entries import CaptureWarning, ContactData
from crm.people.enums import AddressStatus
from crm.people.models import EmailAddress, Person, PersonChange, PhoneNumber, PostalAddress

FIELDS = (
    "first_name",
    "last_name",
    "birth_name",
    "birth_date",
    "gender",
    "occupation",
    "language",
    "support_level",
    "external_id",
)


class AddressTaken(Exception):
    """Somebody else was given this e-mail a moment ago: look for the person again."""


def sourced(source: Source) -> dict[str, Any]:
    return {"source_kind": source.kind, "source_reference": source.reference, "actor_id": source.actor_id}


def told_fields(contact: ContactData) -> dict[str, Any]:
    """Her own fields that the contact tells something about."""
    values = {name: _tidy(getattr(contact, name)) for name in FIELDS}
    return {name: value for name, value in values.items() if value not in ("", None)} | named(contact.custom)


def change_fields(
    person: Person, values: Mapping[str, Any], *, source: Source, now: datetime, reason: str = ""
) -> dict[str, list[Any]]:
    """Set the fields that differ and keep the old values; returns {field: [old, new]}."""
    if any(map(is_custom, values)):
        # They are written as one, and somebody may be writing another.
        person.custom = Person.objects.select_for_update().values_list("custom", flat=True).get(pk=person.pk)
    changes = {
        name: [plain(value_of(person, name)), plain(value)]
        for name, value in values.items()
        if value_of(person, name) != value
    }
    if changes:
        for name in changes:
            put_value(person, name, values[name])
        person.updated_at = now
        person.save(update_fields=[*columns_of(changes), "updated_at"])
        PersonChange.objects.create(person=person, changes=changes, reason=reason, at=now, **sourced(source))
    return changes


def touch_person(person_id: int, now: datetime) -> None:
    """Whatever is changed of her or of what hangs on her: the next import of a file looks at her again."""
    Person.objects.filter(pk=person_id).update(updated_at=now)


def merge_fields(person: Person, told: Mapping[str, Any], *, source: Source, now: datetime) -> None:
    """Fill what is empty. Replace only what she says herself over what she, a file or a program had said."""
    empty = {name: value for name, value in told.items() if value_of(person, name) in ("", None)}
    replaced: dict[str, Any] = {}
    if source.kind == "form":
        kept = _written_in_the_office(person, told)
        replaced = {name: value for name, value in told.items() if name not in kept and name != "external_id"}
    change_fields(person, {**empty, **replaced}, source=source, now=now)


def keep_email(
    person: Person, address: str, typed: str, *, created: bool, source: Source, now: datetime
) -> CaptureWarning | None:
    """Raises AddressTaken when a new person's address went to somebody else in the meantime."""
    own = EmailAddress.objects.filter(person=person, address=address).first()
    if own is not None:
        if own.status == AddressStatus.BAD and source.kind == "form":
            EmailAddress.objects.filter(pk=own.pk).update(status=AddressStatus.UNKNOWN, status_reason="", status_at=now)
        _take_from_file(EmailAddress.objects.filter(pk=own.pk), source)
        return None
    primary = _becomes_primary(EmailAddress.objects.filter(person=person), source)
    try:
        with transaction.atomic():
            if primary:
                EmailAddress.objects.filter(person=person, is_primary=True).update(is_primary=False)
            EmailAddress.objects.create(
                person=person, address=address, typed=typed, is_primary=primary, created_at=now, **sourced(source)
            )
    except IntegrityError as error:
        if created:
            raise AddressTaken from error
        return CaptureWarning("email", typed, "belongs_to_another")
    return None


def keep_phone(person: Person, phone: Phone, *, source: Source, now: datetime) -> None:
    known = PhoneNumber.objects.filter(person=person, number=phone.number)
    if known.exists():
        _take_from_file(known, source)
        return
    primary = _becomes_primary(PhoneNumber.objects.filter(person=person), source, unless_mobile=not phone.is_mobile)
    if primary:
        PhoneNumber.objects.filter(person=person, is_primary=True).update(is_primary=False)
    PhoneNumber.objects.create(
        person=person,
        number=phone.number,
        is_mobile=phone.is_mobile,
        is_primary=primary,
        created_at=now,
        **sourced(source),
    )


def address_values(contact: ContactData, place: Place) -> dict[str, str]:
    """The columns of a postal address."""
    return {
        "street": " ".join(contact.street.split())[:200],
        "postcode": contact.postcode.strip()[:10],
        "city": place.city.strip()[:100],
        "commune_code": place.commune_code,
        "departement_code": place.departement_code,
        "region_code": place.region_code,
        "country": contact.country or "FR",
    }


def keep_address(person: Person, contact: ContactData, place: Place, *, source: Source, now: datetime) -> None:
    """A fuller address of the same place completes the old one; another place is kept only if she says so herself."""
    told = address_values(contact, place)
    if not any(told[name] for name in ("street", "postcode", "city", "commune_code")):
        return
    current = PostalAddress.objects.filter(person=person, is_primary=True).first()
    if current is not None:
        known = {name: getattr(current, name) for name in told}
        if all(not value or known[name] == value for name, value in told.items()):
            return
        if all(not known[name] or not told[name] or known[name] == told[name] for name in told):
            filled = {name: told[name] or known[name] for name in told}
            PostalAddress.objects.filter(pk=current.pk).update(**filled)
            return
        if source.kind not in ("form", "office"):
            return
        PostalAddress.objects.filter(pk=current.pk).update(is_primary=False)
    PostalAddress.objects.create(person=person, is_primary=True, created_at=now, **told, **sourced(source))


def _take_from_file(known: QuerySet[Any], source: Source) -> None:
    """What she gives herself is hers from now on: the undoing of the import that brought it leaves it."""
    if source.kind == "form":
        known.filter(source_kind="import").update(**sourced(source))


def _becomes_primary(addresses: Any, source: Source, *, unless_mobile: bool = False) -> bool:
    """The first one; then what she gives herself, or the team by hand; or whatever replaces one that does not work.

    A landline does not take a mobile's place: both are called, but only one can be sent an SMS.
    """
    current = addresses.filter(is_primary=True).first()
    if current is None or current.status == AddressStatus.BAD:
        return True
    return source.kind in ("form", "office") and not (unless_mobile and current.is_mobile)


def _written_in_the_office(person: Person, names: Iterable[str]) -> set[str]:
    """Fields whose present value somebody of the team wrote: a form does not undo a correction made by hand."""
    last: dict[str, str] = {}
    for change in PersonChange.objects.filter(person=person).order_by("id"):
        last.update(dict.fromkeys(change.changes, change.source_kind))
    return {
        name
        for name in names
        if value_of(person, name) not in ("", None) and last.get(name, person.source_kind) == "office"
    }


def _tidy(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
