"""The link by which the control plane hands an export out: signed with the key that it shares with the cell, for ten minutes."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

from tenants.keys import cell_key

LIFETIME = timedelta(minutes=10)


def sign_export(name: str, *, uuid: UUID, cell: str) -> str:
    return _signer(uuid, cell).sign(name).removeprefix(f"{name}:")


def may_take_export(name: str, signature: str, *, uuid: UUID) -> bool:
    """In the cell that the link leads to."""
    try:
        _signer(uuid, settings.CELL).unsign(f"{name}:{signature}", max_age=LIFETIME)
    except BadSignature:
        return False
    return True


def _signer(uuid: UUID, cell: str) -> TimestampSigner:
    return TimestampSigner(key=cell_key(cell), salt=f"export:{uuid}")
