"""Keyed hashes of addresses: HMAC-SHA256, in Python for one, in SQL for a million, the same bytes."""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings

from tenants.context import require_tenant

BLOCK = 64


@dataclass(frozen=True, slots=True)
class SqlKey:
    """The two padded keys with which PostgreSQL's sha256() makes the same HMAC."""

    inner: bytes
    outer: bytes


def address_hash(address: str) -> bytes:
    """`address` as it is stored: an e-mail in lower case, a number in E.164."""
    return hmac.new(_key(), address.encode(), hashlib.sha256).digest()


def sql_key() -> SqlKey:
    padded = _key().ljust(BLOCK, b"\0")
    return SqlKey(inner=bytes(byte ^ 0x36 for byte in padded), outer=bytes(byte ^ 0x5C for byte in padded))


def _key() -> bytes:
    # The campaign's UUID and not its schema: it keeps its list when it moves to another cell.
    purpose = f"crm.consent.suppression:{require_tenant().uuid}"
    return hmac.new(settings.LASTING_KEY.encode(), purpose.encode(), hashlib.sha256).digest()
