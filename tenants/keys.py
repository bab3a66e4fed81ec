"""Keys between the control plane and a cell. Each cell has its own, made from the control plane's: none opens another cell."""

import hmac
from base64 import urlsafe_b64encode

from django.conf import settings


def cell_key(cell: str) -> str:
    """What the control plane and this cell alone share. A cell knows its own and cannot make another's."""
    if settings.ROLE == "cell":
        return str(settings.BUS_KEY)
    return derived_key("cell", cell)


def accepted_cell_keys() -> list[str]:
    """With which this cell reads: its own, and for a while the one before."""
    former = [settings.BUS_KEY_FALLBACK] if settings.BUS_KEY_FALLBACK else []
    return [cell_key(settings.CELL), *former]


def lasting_key() -> str:
    """What campaigns carry from cell to cell is made with it: every cell has the same, and it outlives the others."""
    return str(settings.LASTING_KEY)


def broker_password(cell: str) -> str:
    """Of the cell's user on the bus's broker, who reaches the queues of this cell alone."""
    return derived_key("broker", cell)


def derived_key(purpose: str, name: str) -> str:
    digest = hmac.digest(settings.BUS_KEY.encode(), f"{purpose}:{name}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")
