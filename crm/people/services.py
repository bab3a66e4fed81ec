"""Everything the product does to people. `capture` is the one write path for whatever comes from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from crm.consent.entries import ConsentGiven, Source, may_overturn
from crm.consent.enums import Channel, Purpose, Relationship
from crm.consent.objections import contested, refusals_against
from crm.consent.services import lift_suppression, record_consents
from crm.people.activities import ActivityEvent, announce, is_her_own
from crm.people.contact_points import Phone, Place, find_place, normalize_email, parse_phone
from crm.people.custom import read_told
from crm.people.entries import Captured as Captured
from crm.people.entries import CaptureWarning as CaptureWarning
from crm.people.entries import ContactData as ContactData
from crm.people.matching import find_person, lock_identities
from crm.people.models import Activity, Note, Person
from crm.people.queries import present_id
from crm.people.refreshing import refresh_everyone as refresh_everyone
from crm.people.refreshing import refresh_people as refresh_people
from crm.people.refreshing import refresh_people_from_table as refresh_people_from_table
from crm.people.tagging import add_tags as add_tags
from crm.people.tagging import remove_tags as remove_tags
from crm.people.writing import (
    AddressTaken,
    change_fields,
    keep_address,
    keep_email,
    keep_phone,
    merge_fields,
    sourced,
    told_fields,
    touch_person,
)

ATTEMPTS = 3


class NobodyToCapture(Exception):
    """Neither a name, nor an address that can be read, nor a number: there is nobody to keep."""


def capture(
    *,
    contact: ContactData,
    kind: str,
    source: Source,
    consents: Sequence[ConsentGiven] = (),
    payload: Mapping[str, Any] | None = None,
    key: str = "",
    now: datetime,
) -> Captured:
    """Find or make the person, add what is told, append her consents, write the activity: all or nothing.

    Safe to repeat: the same `key` is one act. Safe at the same time: two forms with one e-mail make one person.

    Who is it? The same external_id; else the same e-mail; else the same telephone and the same name.

    What is replaced? Empty fields are filled by any source. What is there is replaced only by a form that the person
    filled herself, and only where an import, a program or an earlier form had said it; what the team wrote by hand
    stays. Every replaced value is kept with its source (`PersonChange`). Tags, e-mails and numbers are added, never
    taken away; her own newest ones come first.

    A consent that she gives herself lifts an old objection of that address, once a link in a mail to it has proven that
    it is hers; an import never does. What a form without that proof says against a refusal is returned as `held`; so is
    what the team adds: whoever types an address does not see the refusal, as whoever notes an agreement on her page does.

    What cannot be read (an e-mail without @, a number of no country) is returned as a warning and kept in the activity.
    Raises NobodyToCapture, and what crm.consent raises.
    """
    told = _read(contact)
    if not (told.email or told.phone or contact.first_name or contact.last_name or contact.external_id):
        raise NobodyToCapture
    act = _Act(kind, source, tuple(consents), dict(payload or {}), key, now)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _capture(told, act)
        except AddressTaken:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


class _Act:
    """What happens, apart from whom it is about."""

    def __init__(
        self,
        kind: str,
        source: Source,
        consents: tuple[ConsentGiven, ...],
        payload: dict[str, Any],
        key: str,
        now: datetime,
    ) -> None:
        self.kind, self.source, self.consents, self.payload, self.key, self.now = (
            kind,
            source,
            consents,
            payload,
            key,
            now,
        )


class _Told:
    """A contact whose addresses were read."""

    def __init__(
        self, contact: ContactData, email: str, phone: Phone | None, place: Place, warnings: tuple[CaptureWarning, ...]
    ) -> None:
        self.contact, self.email, self.phone, self.place, self.warnings = contact, email, phone, place, warnings


def _read(contact: ContactData) -> _Told:
    warnings: list[CaptureWarning] = []
    email = normalize_email(contact.email) if contact.email.strip() else ""
    if email is None:
        warnings.append(CaptureWarning("email", contact.email, "not_an_address"))
    place = find_place(
        postcode=contact.postcode, city=contact.city, commune_code=contact.commune_code, country=contact.country
    )
    if contact.commune_code and not place.commune_code:
        warnings.append(CaptureWarning("commune_code", contact.commune_code, "unknown_commune"))
    phone = None
    if contact.phone.strip():
        phone = parse_phone(contact.phone, departement_code=place.departement_code, country=contact.country)
        if phone is None:
            warnings.append(CaptureWarning("phone", contact.phone, "not_a_number"))
    if contact.support_level is not None and contact.support_level not in range(1, 6):
        warnings.append(CaptureWarning("support_level", str(contact.support_level), "not_1_to_5"))
        contact = replace(contact, support_level=None)
    custom, unread = read_told(contact.custom)
    return _Told(replace(contact, custom=custom), email or "", phone, place, (*warnings, *unread))


def _capture(told: _Told, act: _Act) -> Captured:
    contact, number = told.contact, told.phone.number if told.phone else ""
    lock_identities(f"key:{act.key}" if act.key else "", contact.external_id, told.email, number)
    done = Activity.objects.filter(key=act.key).first() if act.key else None
    if done is not None:
        return Captured(done.person_id, created=False, activity_id=done.pk, warnings=told.warnings)
    person = find_person(
        external_id=contact.external_id.strip(),
        email=told.email,
        phone=number,
        first_name=contact.first_name,
        last_name=contact.last_name,
    )
    created = person is None
    if person is None:
        person = _create(told, act)
    else:
        merge_fields(person, told_fields(contact), source=act.source, now=act.now)
        touch_person(person.pk, act.now)  # her addresses and notes, too, are hers
    taken = _keep_addresses(person, told, act, created=created)
    _keep_words(person, told, act)
    held = _keep_consents(person, told, act)
    refresh_people([person.pk])
    warnings = (*told.warnings, *([taken] if taken else []))
    activity = record_activity(
        person_id=person.pk,
        kind=act.kind,
        source=act.source,
        payload=act.payload
        | ({"unread": {one.field: one.value for one in warnings}} if warnings else {})
        | ({"refused": {one.channel: one.wording for one in held}} if held and act.source.kind == "office" else {}),
        key=act.key,
        now=act.now,
    )
    return Captured(person.pk, created=created, activity_id=activity.pk, warnings=warnings, held=held)


def _create(told: _Told, act: _Act) -> Person:
    agreed = any(consent.granted and consent.purpose == Purpose.NEWS for consent in act.consents)
    # One exchange does not make a regular contact: asking for news or signing up does.
    regular = agreed or act.kind == "signed_up"
    relationship = told.contact.relationship or (Relationship.REGULAR if regular else Relationship.OCCASIONAL)
    return Person.objects.create(
        **told_fields(replace(told.contact, custom={})),
        custom=dict(told.contact.custom),
        relationship=relationship,
        country=told.contact.country or "FR",
        created_at=act.now,
        updated_at=act.now,
        **sourced(act.source),
    )


def _keep_addresses(person: Person, told: _Told, act: _Act, *, created: bool) -> CaptureWarning | None:
    warning = None
    if told.email:
        typed = told.contact.email.strip()
        warning = keep_email(person, told.email, typed, created=created, source=act.source, now=act.now)
    if told.phone:
        keep_phone(person, told.phone, source=act.source, now=act.now)
    keep_address(person, told.contact, told.place, source=act.source, now=act.now)
    return warning


def _keep_words(person: Person, told: _Told, act: _Act) -> None:
    if told.contact.tags:
        add_tags(person_ids=[person.pk], tags=told.contact.tags, source=act.source, now=act.now)
    if told.contact.note.strip():
        Note.objects.create(person=person, text=told.contact.note.strip(), created_at=act.now, **sourced(act.source))


def _keep_consents(person: Person, told: _Told, act: _Act) -> tuple[ConsentGiven, ...]:
    """Returns those that were not recorded: they go against a refusal."""
    number = told.phone.number if told.phone else ""
    addresses = {Channel.EMAIL.value: told.email, Channel.SMS.value: number, Channel.PHONE.value: number}
    is_form, held = act.source.kind == "form", tuple[ConsentGiven, ...]()
    if is_form and not may_overturn(act.source):
        held = contested(person_id=person.pk, consents=act.consents, addresses=addresses)
    elif act.source.kind == "office":
        refused = refusals_against(person_id=person.pk, consents=act.consents)
        held = tuple(consent for consent in act.consents if (consent.purpose, consent.channel) in refused)
    given = [consent for consent in act.consents if consent not in held]
    record_consents(person_id=person.pk, consents=given, source=act.source, now=act.now)
    agreed = {consent.channel for consent in given if consent.granted}
    if is_form:
        for channel, address in addresses.items():
            if address and channel in agreed:
                lift_suppression(channel=channel, address=address)
    if agreed and is_form and person.relationship in (Relationship.OCCASIONAL, Relationship.RENTED):
        change_fields(person, {"relationship": Relationship.REGULAR.value}, source=act.source, now=act.now)
    return held


@transaction.atomic
def record_activity(
    *, person_id: int, kind: str, source: Source, payload: Mapping[str, Any], key: str = "", now: datetime
) -> Activity:
    """One act of hers, or one done with her. The same key twice is one activity, told to the listeners once."""
    if key:
        lock_identities(f"key:{key}")
        done = Activity.objects.filter(key=key).first()
        if done is not None:
            return done
    person_id = present_id(person_id)
    activity = Activity.objects.create(
        person_id=person_id, kind=kind, at=now, payload=dict(payload), key=key or None, **sourced(source)
    )
    if is_her_own(kind):
        latest = Greatest(Coalesce(F("last_activity_at"), now), now)
        Person.objects.filter(pk=person_id).update(last_activity_at=latest)
    announce(ActivityEvent(person_id=person_id, kind=kind, at=now, payload=dict(payload)))
    return activity
