"""Keyed hashes of addresses: HMAC-SHA256, in Python for one, in SQL for a million, the same bytes.

Beside e-mails and numbers, whoever is erased is known by her name with where she lives or her number in the former tool (by post),
and by her name with each of her numbers (by telephone): a home and a landline have several people.
"""

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


HASH = "sha256(%(outer)s::bytea || sha256(%(inner)s::bytea || convert_to({0}, 'UTF8')))"


def folded(text: str) -> str:
    """SQL: what is left of it whatever its accents, capitals, spaces and points. As `name_words` has it."""
    return f"translate(extensions.fold({text}), ' -''’.,;:/()\"', '')"


def name_with(name: str, kind: str, text: str) -> str:
    """SQL: whom to leave alone by her folded name and a `home`, a `number` of the former tool, a `phone`. Null without a name."""
    return f"nullif({name}, '') || '|{kind}|' || {text}"


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
