"""Thousands of sign-ups of months past, in few statements: what `capture` does for one, done for a day's worth at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from random import Random
from typing import Any

from django.db import connection, transaction

from controlplane.demo.people import Invented
from crm.consent.bulk import record_consents_from_table
from crm.consent.entries import Source
from crm.consent.enums import Basis, Channel, Purpose, Relationship, SourceKind
from crm.geo.queries import find_commune
from crm.people.models import Activity, EmailAddress, Note, Person, PhoneNumber, PostalAddress, TagChange
from crm.people.services import refresh_people
from crm.people.tagging import ensure_tags
from sitebuilder.forms.wording import email_wording, sms_wording, tracking_wording
from tenants.office.profile import campaign_profile

TARGETING = "J’accepte que les messages soient choisis selon mon quartier et ce qui m’intéresse."
MEASURED = Purpose.TRACKING.value
CALLS = "Par téléphone\xa0: j’accepte que l’équipe m’appelle."
LETTERS = "Par courrier\xa0: j’accepte de recevoir le programme à mon adresse."
NOTES = (
    "Rencontrée au marché de la Plaine. Très remontée sur les bus de nuit, prête à aider le samedi.",
    "Propose son local, 40 places, rue de Lodi. Rappeler avant une réunion d’appartement.",
    "Ne veut plus d’appel le soir. Préfère un e-mail.",
    "Parent d’élève à l’école de la rue Loubon\xa0: fuites depuis deux ans, a des photos.",
    "A déjà tenu un bureau de vote. Disponible comme assesseur aux deux tours.",
    "Parle comorien et arabe. Peut traduire le tract du 3e.",
    "Demande une réponse sur le permis de louer. Yanis la rappelle.",
    "Viendra avec deux amis au porte-à-porte de la Belle de Mai.",
)


@transaction.atomic
def sign_up_people(people: Sequence[Invented], *, reference: str, form_note: str) -> list[int]:
    """Each with addresses, tags, consents and the activity of the day she came."""
    tag_ids = _tag_ids(people)
    rows = [_person(one, tag_ids, reference) for one in people]
    Person.objects.bulk_create(rows, batch_size=1000)
    pairs = list(zip(rows, people, strict=True))
    sourced = {"source_kind": SourceKind.FORM, "source_reference": reference}
    EmailAddress.objects.bulk_create(
        [
            EmailAddress(person=row, address=one.email, typed=one.email, created_at=one.joined_at, **sourced)
            for row, one in pairs
            if one.email
        ]
    )
    PhoneNumber.objects.bulk_create(
        [
            PhoneNumber(person=row, number=one.phone, created_at=one.joined_at, **sourced)
            for row, one in pairs
            if one.phone
        ]
    )
    PostalAddress.objects.bulk_create([_address(row, one, sourced) for row, one in pairs if one.place])
    TagChange.objects.bulk_create(
        [TagChange(person=row, added=row.tag_ids, at=one.joined_at, **sourced) for row, one in pairs if row.tag_ids]
    )
    Activity.objects.bulk_create(
        [
            Activity(
                person=row,
                kind="signed_up",
                at=one.joined_at,
                payload={"page": form_note},
                key=f"demo:{row.uuid}",
                **sourced,
            )
            for row, one in pairs
        ]
    )
    _record_consents(pairs, Source(SourceKind.FORM, reference))
    refresh_people([row.pk for row in rows])
    return [row.pk for row in rows]


def write_notes(person_ids: Sequence[int], *, rng: Random, actor_id: int, now: datetime) -> None:
    for person_id, text in zip(rng.sample(list(person_ids), len(NOTES)), NOTES, strict=True):
        at = Person.objects.values_list("created_at", flat=True).get(pk=person_id)
        moment = at + (now - at) * rng.random()
        source: dict[str, Any] = {"source_kind": SourceKind.OFFICE, "source_reference": "office", "actor_id": actor_id}
        note = Note.objects.create(person_id=person_id, text=text, created_at=moment, **source)
        payload = {"note": note.pk}
        Activity.objects.create(person_id=person_id, kind="note_added", at=moment, payload=payload, **source)


def _tag_ids(people: Iterable[Invented]) -> dict[str, int]:
    return {name: ensure_tags([name])[0] for name in dict.fromkeys(tag for one in people for tag in one.tags)}


def _person(one: Invented, tag_ids: dict[str, int], reference: str) -> Person:
    return Person(
        first_name=one.first_name,
        last_name=one.last_name,
        gender=one.gender,
        birth_date=one.birth_date,
        occupation=one.occupation,
        language=one.language,
        support_level=one.support_level,
        tag_ids=sorted(tag_ids[tag] for tag in one.tags),
        relationship=Relationship.REGULAR,
        created_at=one.joined_at,
        updated_at=one.joined_at,
        last_activity_at=one.joined_at,
        source_kind=SourceKind.FORM,
        source_reference=reference,
    )


def _address(row: Person, one: Invented, sourced: dict[str, Any]) -> PostalAddress:
    assert one.place is not None  # noqa: S101 -- the caller chose those with a place
    commune = find_commune(one.place.commune_code)
    return PostalAddress(
        person=row,
        street=one.place.street,
        postcode=one.place.postcode,
        city=one.place.city,
        commune_code=one.place.commune_code,
        departement_code=commune.departement if commune else "",
        region_code=commune.region if commune else "",
        created_at=one.joined_at,
        **sourced,
    )


def _record_consents(pairs: Sequence[tuple[Person, Invented]], source: Source) -> None:
    """The ledger's dates are those of the sign-ups: one call for each day."""
    profile = campaign_profile()
    wording = {"email": email_wording(profile), "sms": sms_wording(profile), "phone": CALLS, "post": LETTERS}
    wording[MEASURED] = tracking_wording(profile)
    lines = [(one.joined_at, row.pk, *line) for row, one in pairs for line in _consents(one, wording)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS demo_consents (person_id bigint, purpose text, channel text, granted boolean, basis text, wording text, given_on date)"
            " ON COMMIT DROP"
        )
        for _day, found in groupby(lines, key=lambda line: line[0].date()):
            today = list(found)
            cursor.execute("TRUNCATE demo_consents")
            with cursor.copy(
                "COPY demo_consents (person_id, purpose, channel, granted, basis, wording) FROM STDIN"
            ) as copy:
                for line in today:
                    copy.write_row(line[1:])
            record_consents_from_table(cursor, "demo_consents", source, today[-1][0])


def _consents(one: Invented, wording: Mapping[str, str]) -> list[tuple[str, str, bool, str, str]]:
    basis = Basis.CONSENT.value
    lines = [
        (Purpose.NEWS.value, channel, granted, basis, wording[channel]) for channel, granted in one.channels.items()
    ]
    if one.email and one.accepts_targeting:
        lines.append((Purpose.TARGETING.value, Channel.EMAIL.value, True, basis, TARGETING))
    if one.channels.get(Channel.EMAIL.value) and one.accepts_measuring and wording[MEASURED]:
        lines.append((Purpose.TRACKING.value, Channel.EMAIL.value, True, basis, wording[MEASURED]))
    return lines
