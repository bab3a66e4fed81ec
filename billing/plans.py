"""The price list: one ladder, by contacts, the same features at every tier. Prices in cents a month, without VAT.

Electoral law forbids a hand-made discount for a candidate, so a price exists here or not at all.
"""

from dataclasses import dataclass
from datetime import timedelta

from shared.money import thousands

TRIAL = timedelta(days=30)  # free for everyone and for every tier: a published rule


class UnknownPlan(Exception):
    """No plan has this code."""


@dataclass(frozen=True, slots=True)
class Plan:
    code: str
    contacts: int
    price_cents: int

    @property
    def label(self) -> str:
        """The number alone: what surrounds it depends on the sentence."""
        return thousands(self.contacts)


PLANS = (
    Plan("free", 250, 0),
    Plan("1k", 1_000, 900),
    Plan("5k", 5_000, 2_900),
    Plan("10k", 10_000, 4_900),
    Plan("25k", 25_000, 9_500),
    Plan("50k", 50_000, 15_900),
    Plan("100k", 100_000, 24_900),
    Plan("250k", 250_000, 44_900),
    Plan("500k", 500_000, 69_900),
    Plan("1m", 1_000_000, 99_900),
)
FREE_PLAN = PLANS[0]
SUGGESTED_PLAN = PLANS[4]
_by_code = {plan.code: plan for plan in PLANS}


def find_plan(code: str) -> Plan | None:
    return _by_code.get(code)


def get_plan(code: str) -> Plan:
    """Raises UnknownPlan."""
    if code not in _by_code:
        raise UnknownPlan(code)
    return _by_code[code]


def plan_for(contacts: int) -> Plan | None:
    """The first tier with room for so many; None beyond the last."""
    return next((plan for plan in PLANS if plan.contacts >= contacts), None)
