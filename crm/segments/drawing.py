"""Chance that can be asked again: a number per person and drawing, spread evenly whatever the order people came in."""

import secrets

from django.db.models import BigIntegerField, F, Func, Value
from django.db.models.functions import Cast

BITS = 2**31 - 1


def new_salt() -> int:
    return secrets.randbelow(999_999_999) + 1


def drawn(salt: int) -> Func:
    """From 0 to 2^31 - 1."""
    hashed = Func(
        Cast(F("pk"), BigIntegerField()),
        Value(salt, output_field=BigIntegerField()),
        function="hashint8extended",
        output_field=BigIntegerField(),
    )
    return Func(
        hashed,
        Value(BITS, output_field=BigIntegerField()),
        template="(%(expressions)s)",
        arg_joiner=" & ",
        output_field=BigIntegerField(),
    )
