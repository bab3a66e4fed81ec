"""Reads of this cell's proofs."""

from collections.abc import Sequence
from dataclasses import dataclass

from tenants.context import public_context
from tenants.residency.checks import Check
from tenants.residency.enums import Subject
from tenants.residency.models import Proof


@dataclass(frozen=True, slots=True)
class Processor:
    """A company that keeps or carries data for the cell, and for what."""

    operator: str
    law: str
    country: str
    uses: list[str]


def last_proof() -> Proof | None:
    with public_context():
        return Proof.objects.first()


def shown_checks(checks: Sequence[Check]) -> list[Check]:
    """One line a subject: the worst of its checks, else the first. (A database has two logins and one place.)"""
    by_subject: dict[str, Check] = {}
    for check in checks:
        known = by_subject.get(check.subject)
        if known is None or (known.is_right and not check.is_right):
            by_subject[check.subject] = check
    order = list(Subject.values)
    return sorted(by_subject.values(), key=lambda check: order.index(check.subject) if check.subject in order else 99)


def processors(checks: Sequence[Check]) -> list[Processor]:
    """The sub-processors: every company named by the checks, once. A machine of the operator's own names none."""
    found: dict[tuple[str, str], Processor] = {}
    for check in shown_checks(checks):
        if check.operator:
            key = (check.operator, check.country)
            named = found.setdefault(key, Processor(check.operator, check.law, check.country_label, []))
            named.uses.append(check.subject_label)
    return list(found.values())
