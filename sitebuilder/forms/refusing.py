"""«Never again»: an address gets no confirmation mail of this campaign any more, whoever types it.

It is known by its keyed hash, as on the list of those never to be written to, and stays after the erasure of its owner. What the form
answers does not change. The link holds nothing but that hash, signed: it works for as long as somebody keeps the mail.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection, transaction

from crm.consent.entries import Source
from crm.consent.suppression import address_hash
from crm.people.models import EmailAddress, Person
from crm.people.queries import contact_rows_of
from crm.people.services import record_activity
from sitebuilder.forms.models import ConfirmationRefusal
from tenants.context import require_tenant

TABLE = "siteforms_confirmationrefusal"


class BadRefusalLink(Exception):
    """Not a link that this campaign wrote."""


def refusal_path(email: str) -> str:
    return f"/inscription/plus-jamais/{_signer().sign(address_hash(email).hex())}/"


def read_refusal_link(token: str) -> bytes:
    """The hash of the address that the mail went to. Raises BadRefusalLink."""
    try:
        return bytes.fromhex(_signer().unsign(token))
    except (BadSignature, ValueError) as error:
        raise BadRefusalLink from error


def refuse_confirmations(*, digest: bytes, now: datetime) -> None:
    ConfirmationRefusal.objects.get_or_create(address_hash=digest, defaults={"refused_at": now})


def allow_confirmations(*, digests: Iterable[bytes]) -> bool:
    """False when there was nothing to take back."""
    deleted, _rows = ConfirmationRefusal.objects.filter(address_hash__in=list(digests)).delete()
    return bool(deleted)


@transaction.atomic
def allow_confirmations_of(*, person: Person, source: Source, now: datetime) -> bool:
    """She asked the campaign for it: written down on her page. False when none of her addresses had refused."""
    allowed = allow_confirmations(digests=digests_of(person))
    if allowed:
        record_activity(person_id=person.pk, kind="confirmations_allowed", source=source, payload={}, now=now)
    return allowed


def is_refused(digest: bytes) -> bool:
    return ConfirmationRefusal.objects.filter(address_hash=digest).exists()


def find_refusal(person: Person) -> ConfirmationRefusal | None:
    """The latest, of any of her addresses."""
    refusals = ConfirmationRefusal.objects.filter(address_hash__in=digests_of(person))
    return max(refusals, key=lambda one: one.refused_at, default=None)


def digests_of(person: Person) -> list[bytes]:
    return [address_hash(row.address) for row in contact_rows_of(person) if isinstance(row, EmailAddress)]


def carry_refusals(before: str, _since: datetime, _now: datetime) -> None:
    """A restoration leaves them as they are today: what was refused since, and what was taken back."""
    quoted = connection.ops.quote_name(before)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608 -- our own words
        cursor.execute(
            f"INSERT INTO {TABLE} (address_hash, refused_at) SELECT address_hash, refused_at FROM {quoted}.{TABLE}"  # noqa: S608 -- our own words
        )


def _signer() -> Signer:
    """The lasting key and the campaign's number: it takes its mails along when it moves to another cell."""
    return Signer(salt=f"siteforms.refusal.{require_tenant().uuid}", key=settings.LASTING_KEY)
