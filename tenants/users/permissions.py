"""Who may do what in a campaign's office. One matrix: a screen asks can(), never a group's name."""

from collections.abc import Mapping
from typing import Any

from tenants.users.enums import Role


class UnknownPermission(LookupError):
    """A permission that the matrix does not know: a slip of the pen, never an answer."""


READS = frozenset({"people.view", "segments.view", "messages.view", "imports.view", "site.view"})
COMMUNICATES = frozenset(
    {"segments.edit", "messages.edit", "messages.send", "site.edit", "site.publish"},
)
MANAGES = frozenset(
    {
        "people.edit",
        "people.merge",
        "people.export",
        "people.erase",
        "imports.run",
        "imports.undo",
        "settings.edit",
        "access.view",
        "team.view",
        "team.edit",
    }
)
OWNS = frozenset({"team.owner", "campaign.close", "campaign.export", "access.person"})  # the last: who looked at whom

PERMISSIONS = READS | COMMUNICATES | MANAGES | OWNS

MATRIX: Mapping[str, frozenset[str]] = {
    Role.OWNER: PERMISSIONS,
    Role.MANAGER: READS | COMMUNICATES | MANAGES,
    Role.COMMUNICATIONS: READS | COMMUNICATES,
    Role.READER: READS,
}


def can(user: Any, permission: str) -> bool:
    """True when this member of the team may do it. Anonymous, deactivated and role-less people may do nothing."""
    if permission not in PERMISSIONS:
        raise UnknownPermission(permission)
    if not user.is_authenticated or not user.is_active:
        return False
    return permission in MATRIX.get(user.role, frozenset())
