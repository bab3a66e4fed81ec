"""Numbers of rows, as an address or a form tells them."""

from collections.abc import Iterable
from typing import Any

BIGINT = 2**63 - 1
INTEGER = 2**31 - 1  # tags, fields and their choices, views of the list
DIGITS = 19  # of the largest; Python refuses to read some thousands


def number(told: Any, *, most: int = BIGINT) -> int:
    """0, which is no row's, for what is no number or larger than the database has."""
    text = str(told or "")
    known = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return found if known and (found := int(text)) <= most else 0


def numbers(told: Iterable[Any], *, most: int = BIGINT) -> list[int]:
    """Likewise of several, without what is none."""
    return [found for one in told if (found := number(one, most=most))]
