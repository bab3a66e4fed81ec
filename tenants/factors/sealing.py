"""Secrets of second factors: readable with the lasting key only, and in the campaign that they belong to."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet
from django.utils.crypto import salted_hmac

from tenants.context import current_tenant
from tenants.keys import lasting_key


def _label() -> str:
    """A row that is copied into another campaign, or into the console, opens nothing there."""
    tenant = current_tenant()
    return f"tenants.factors:{tenant.uuid}" if tenant else "controlplane.operators"


def _box() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"{_label()}:{lasting_key()}".encode()).digest()))


def seal(secret: bytes) -> str:
    return _box().encrypt(secret).decode()


def unseal(sealed: str) -> bytes:
    return _box().decrypt(sealed.encode())


def digest(code: str) -> str:
    return salted_hmac(_label(), code, secret=lasting_key(), algorithm="sha256").hexdigest()


def former_digest(code: str) -> str:
    """Of an operator's codes that were printed before the lasting key made them."""
    return salted_hmac("controlplane.operators", code, algorithm="sha256").hexdigest()
