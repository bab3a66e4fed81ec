"""The secret of one move, made by the control plane and locked for each of the two cells: neither has another's key."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet
from django.conf import settings

from tenants.keys import cell_key


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def lock_secret(secret: str, *, cell: str) -> str:
    """For the messages of the bus: only this cell can unlock it."""
    return _box(cell).encrypt(secret.encode()).decode()


def unlock_secret(locked: str) -> str:
    """In the cell that it was locked for."""
    return _box(settings.CELL).decrypt(locked.encode()).decode()


def _box(cell: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"archive:{cell_key(cell)}".encode()).digest()))
