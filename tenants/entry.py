"""The one-time link from the platform into a campaign's office.

What the office needs to make its owner (e-mail, name, the hash of the password) goes through the owner's own browser,
sealed with the key that the control plane and that cell share: never through a queue.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tenants.context import public_context, require_tenant
from tenants.keys import accepted_cell_keys, cell_key
from tenants.models import UsedEntry

LIFETIME = timedelta(minutes=10)
PATH = "/bureau/entrer/"


class EntryInvalid(Exception):
    """The link is not one of ours, or is another campaign's."""

    def __init__(self, entry: "Entry | None" = None) -> None:
        super().__init__()
        self.is_support = entry is not None and bool(entry.grant)


class EntryExpired(EntryInvalid):
    """The link is older than ten minutes."""


class EntryUsed(EntryInvalid):
    """The link has opened the office once already."""


@dataclass(frozen=True, slots=True)
class Entry:
    email: str
    first_name: str
    last_name: str
    password_hash: str
    language: str
    role: str
    token_id: str
    grant: str = ""  # the owner's permission, when it is the platform's support that enters
    ends_at: str = ""  # until when it holds


def _box(*keys: str) -> MultiFernet:
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(b"entry:" + key.encode()).digest())) for key in keys],
    )


def seal_entry(*, uuid: UUID, cell: str, entry: Entry, now: datetime) -> str:
    """A token that `open_entry` accepts once, in this tenant of this cell, within ten minutes of `now`."""
    payload = json.dumps({"uuid": str(uuid), **asdict(entry)}).encode()
    return _box(cell_key(cell)).encrypt_at_time(payload, int(now.timestamp())).decode()


def new_token_id() -> str:
    return secrets.token_urlsafe(16)


def entry_url(tenant_host_url: str, token: str) -> str:
    """`tenant_host_url`: the campaign's address, scheme and port included, without a path."""
    return f"{tenant_host_url}{PATH}?{urlencode({'jeton': token})}"


def read_entry(token: str, *, now: datetime) -> Entry:
    """Look into a token without using it up; raises EntryInvalid, EntryExpired or EntryUsed."""
    box = _box(*accepted_cell_keys())
    try:
        payload = json.loads(box.decrypt_at_time(token.encode(), int(LIFETIME.total_seconds()), int(now.timestamp())))
    except InvalidToken as error:
        raise (EntryExpired if _is_ours(box, token) else EntryInvalid) from error
    if payload.pop("uuid") != str(require_tenant().uuid):
        raise EntryInvalid
    entry = Entry(**payload)
    with public_context():
        if UsedEntry.objects.filter(token_id=entry.token_id).exists():
            raise EntryUsed(entry)
    return entry


def open_entry(token: str, *, now: datetime) -> Entry:
    """Use a token up: the second of two callers gets EntryUsed, however close they are."""
    entry = read_entry(token, now=now)
    with public_context():
        UsedEntry.objects.filter(used_at__lt=now - 2 * LIFETIME).delete()
        _row, is_first = UsedEntry.objects.get_or_create(token_id=entry.token_id, defaults={"used_at": now})
    if not is_first:
        raise EntryUsed(entry)
    return entry


def _is_ours(box: MultiFernet, token: str) -> bool:
    try:
        box.decrypt(token.encode())
    except InvalidToken:
        return False
    return True


__all__ = [
    "Entry",
    "EntryExpired",
    "EntryInvalid",
    "EntryUsed",
    "entry_url",
    "new_token_id",
    "open_entry",
    "read_entry",
    "seal_entry",
]
