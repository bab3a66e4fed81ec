"""What a restoration must not bring back: refusals and erasures since the backup. The apps that know of them carry them over."""

from collections.abc import Callable
from datetime import datetime

Carrier = Callable[[str, datetime, datetime], None]
_carriers: list[Carrier] = []


def on_restored(carrier: Carrier) -> None:
    """`carrier(before, since, now)` runs in the restored tenant, in one transaction; `before`: the schema that was replaced.

    Safe to repeat. Call in AppConfig.ready().
    """
    if carrier not in _carriers:
        _carriers.append(carrier)


def carry_over(before: str, *, since: datetime, now: datetime) -> None:
    for carrier in _carriers:
        carrier(before, since, now)
