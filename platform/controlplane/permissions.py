"""Who may do what in the console. One matrix: a screen asks may(), never a role's name."""

from collections.abc import Mapping
from typing import Any

from controlplane.enums import OperatorRole


class UnknownPermission(LookupError):
    """A permission that the matrix does not know: a slip of the pen, never an answer."""


READS = frozenset({"console.view"})
SUPPORTS = frozenset({"campaigns.enter", "jobs.retry", "alarms.handle", "incidents.edit"})
ADMINISTERS = frozenset(
    {
        "campaigns.suspend",
        "campaigns.move",
        "campaigns.restore",
        "campaigns.close",
        "cells.edit",
        "regions.edit",
        "operators.edit",
        "customers.reset",
        "fleet.canaries",
    }
)
PERMISSIONS = READS | SUPPORTS | ADMINISTERS

MATRIX: Mapping[str, frozenset[str]] = {
    OperatorRole.READER: READS,
    OperatorRole.SUPPORT: READS | SUPPORTS,
    OperatorRole.ADMINISTRATOR: PERMISSIONS,
}


def is_staff(user: Any) -> bool:
    """Somebody whom the console knows, whether her second factor was shown or not."""
    return bool(user.is_authenticated and user.is_active and user.is_staff and hasattr(user, "operator"))


def is_let_in(user: Any) -> bool:
    """An operator who has shown password and second factor in this session."""
    return is_staff(user) and bool(user.is_verified())


def may(user: Any, permission: str) -> bool:
    if permission not in PERMISSIONS:
        raise UnknownPermission(permission)
    return is_let_in(user) and permission in MATRIX[user.operator.role]
