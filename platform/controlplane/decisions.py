"""What waits for an operator's decision, for the front page of the console. Each part of the control plane tells its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Decision:
    title: str
    detail: str
    address: str
    since: datetime | None = None
    is_grave: bool = False


Teller = Callable[[datetime], Iterable[Decision]]
_tellers: list[tuple[int, Teller]] = []
AT_MOST = 12  # of each part: the rest stands on the part's own page


def register_decisions(teller: Teller, order: int) -> None:
    _tellers.append((order, teller))


def decisions(*, now: datetime) -> list[Decision]:
    """The gravest first, then in the order of their parts."""
    told = [found for _order, teller in sorted(_tellers, key=lambda one: one[0]) for found in teller(now)]
    return sorted(told, key=lambda decision: not decision.is_grave)
