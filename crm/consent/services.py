"""The ledger's only pen. `crm.people.services.capture` calls it for whatever comes from outside."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from crm.consent.entries import HER_OWN, TAKEN_BACK, may_overturn
from crm.consent.entries import ConsentGiven as ConsentGiven
from crm.consent.entries import Source as Source
from crm.consent.enums import Basis, Channel
from crm.consent.models import ConsentEntry, ConsentState, Suppression, Wording
from crm.consent.reach import refresh_reach
from crm.consent.suppression import address_hash
from tenants.context import require_tenant
from tenants.enums import TenantKind

# Art. 9.2.d is for not-for-profit bodies: a candidate or an elected official needs consent.
BODIES = frozenset({TenantKind.PARTY, TenantKind.UNION, TenantKind.NGO, TenantKind.ASSOCIATION})


class BasisNotAllowed(Exception):
    """This kind of campaign may not rest on this legal basis."""


class WordingMissing(Exception):
    """A consent without the sentence that was agreed to proves nothing."""


def check_basis(basis: str) -> None:
    """Raises BasisNotAllowed."""
    if basis == Basis.REGULAR_CONTACT and TenantKind(require_tenant().kind) not in BODIES:
        raise BasisNotAllowed(basis)


@transaction.atomic
def record_consents(*, person_id: int, consents: Sequence[ConsentGiven], source: Source, now: datetime) -> None:
    """Append to the ledger, then let the state follow.

    What somebody else says of her (an import, the API) adds nothing when it repeats what stands, never takes the place of
    what she agreed to herself, and never overturns a refusal: what she withdrew, only she can give again. A form is her word
    once its address is proven to be hers (`crm.consent.objections`). Raises BasisNotAllowed, WordingMissing.
    """
    if not consents:
        return
    for consent in consents:
        check_basis(consent.basis)
        if consent.granted and not consent.wording.strip():
            raise WordingMissing
    person_id = lock_person(person_id)
    states = ConsentState.objects.filter(person_id=person_id).select_related("entry")
    current = {(state.purpose, state.channel): state for state in states}
    for consent in consents:
        state = current.get((consent.purpose, consent.channel))
        refused = state is not None and not state.granted
        own = source.kind in HER_OWN and (not refused or not consent.granted or may_overturn(source))
        if own or _tells_something_new(state, consent):
            current[(consent.purpose, consent.channel)] = append_entry(person_id, consent, source, now)
    _let_the_row_follow(person_id, now)


@transaction.atomic
def withdraw_consent(
    *,
    person_id: int,
    channel: str,
    purpose: str | None = None,
    source: Source,
    now: datetime,
    wording: str = "",
    given_on: date | None = None,
) -> None:
    """She asked not to be written to by this channel; without a purpose: for whatever she had agreed to, and for news."""
    person_id = lock_person(person_id)
    states = ConsentState.objects.filter(person_id=person_id, channel=channel, granted=True)
    purposes = [purpose] if purpose else sorted({"news", *states.values_list("purpose", flat=True)})
    refusals = ConsentState.objects.filter(person_id=person_id, channel=channel, granted=False)
    refused = set(refusals.exclude(entry__source_kind__in=TAKEN_BACK - {source.kind}).values_list("purpose", flat=True))
    for one in purposes:
        if one not in refused:  # two clicks on the same link are one withdrawal
            consent = ConsentGiven(one, channel, False, Basis.CONSENT, wording, given_on)
            append_entry(person_id, consent, source, now)
    _let_the_row_follow(person_id, now)


@transaction.atomic
def suppress_address(*, channel: str, address: str, reason: str, now: datetime) -> None:
    """Never use this address again, even if a file brings it back after its owner was erased."""
    stored = normalize(channel, address)
    Suppression.objects.bulk_create(
        [Suppression(channel=channel, address_hash=address_hash(stored), reason=reason, created_at=now)],
        ignore_conflicts=True,
    )
    refresh_reach(_people_at(channel, stored))


@transaction.atomic
def lift_suppression(*, channel: str, address: str) -> bool:
    """She came back by herself: her own new consent is stronger than her old objection."""
    stored = normalize(channel, address)
    deleted, _ = Suppression.objects.filter(channel=channel, address_hash=address_hash(stored)).delete()
    refresh_reach(_people_at(channel, stored))
    return bool(deleted)


def keep_wording(text: str) -> str:
    """Store the sentence once; returns its hash."""
    digest = wording_hash(text)
    Wording.objects.bulk_create([Wording(hash=digest, text=text.strip())], ignore_conflicts=True)
    return digest


def wording_hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()


def normalize(channel: str, address: str) -> str:
    return address.strip().lower() if channel == Channel.EMAIL else address.strip()


def lock_person(person_id: int) -> int:
    """One writer at a time for a person, so that ledger and state agree on what came last.

    Returns whom to write to: a person who was merged into another, perhaps while we waited, is that other one now.
    """
    wanted, found = 0, person_id
    while found != wanted:
        wanted = found
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(merged_into_id, id) FROM people_person WHERE id = %s FOR NO KEY UPDATE", [wanted]
            )
            row = cursor.fetchone()
        found = row[0] if row else wanted
    return found


def _tells_something_new(state: ConsentState | None, consent: ConsentGiven) -> bool:
    if state is None:
        return True
    if not state.granted:
        return not consent.granted and state.entry.source_kind in TAKEN_BACK
    if consent.granted and state.basis == Basis.CONSENT:
        return False  # nobody's word for her is a better proof than her own
    return (state.granted, state.basis) != (consent.granted, consent.basis)


def append_entry(person_id: int, consent: ConsentGiven, source: Source, now: datetime) -> ConsentState:
    entry = ConsentEntry.objects.create(
        person_id=person_id,
        purpose=consent.purpose,
        channel=consent.channel,
        granted=consent.granted,
        basis=consent.basis,
        wording_id=keep_wording(consent.wording),
        given_on=consent.given_on,
        at=now,
        source_kind=source.kind,
        source_reference=source.reference,
        actor_id=source.actor_id,
    )
    state, _ = ConsentState.objects.update_or_create(
        person_id=person_id,
        purpose=consent.purpose,
        channel=consent.channel,
        defaults={"granted": consent.granted, "basis": consent.basis, "entry_id": entry.id, "at": now},
    )
    return state


def _let_the_row_follow(person_id: int, now: datetime) -> None:
    """What may be sent; and that something has changed: a file that comes again has to look at her anew."""
    refresh_reach([person_id])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET updated_at = %s WHERE id = %s", [now, person_id])


def _people_at(channel: str, address: str) -> list[int]:
    if channel == Channel.POST:
        return []
    statement = (
        "SELECT person_id FROM people_emailaddress WHERE extensions.fold(address) = extensions.fold(%s)"
        if channel == Channel.EMAIL
        else "SELECT person_id FROM people_phonenumber WHERE number = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [address])
        return [row[0] for row in cursor.fetchall()]
