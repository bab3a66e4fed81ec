"""Secrets of second factors: readable with the installation's key only, and a dump of the database opens nothing."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.crypto import salted_hmac

LABEL = "controlplane.operators"


def _box() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"{LABEL}:{settings.LASTING_KEY}".encode()).digest()))


def seal(secret: bytes) -> str:
    return _box().encrypt(secret).decode()


def unseal(sealed: str) -> bytes:
    return _box().decrypt(sealed.encode())


def digest(code: str) -> str:
    return salted_hmac(LABEL, code, algorithm="sha256").hexdigest()
