"""The key of somebody else's server, kept as a campaign's other secrets are: nobody reads it in a copy of the database."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SecretLost(Exception):
    """It was sealed with another key than this installation's: it has to be given anew."""


def sealed(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode() if secret else ""


def unsealed(text: str) -> str:
    try:
        return _fernet().decrypt(text.encode()).decode() if text else ""
    except InvalidToken as error:
        raise SecretLost from error


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(b"schedules.secret" + settings.LASTING_KEY.encode()).digest()))
