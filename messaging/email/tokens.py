"""Links that only one recipient has. The token is the proof: it is bound to the campaign, to a purpose and to a delivery."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.core.signing import BadSignature, Signer

from crm.people.queries import present_id
from tenants.context import require_tenant

UNSUBSCRIBE = "messaging.unsubscribe"
VIEW = "messaging.view"
AGREE = "messaging.agree"


class BadToken(Exception):
    """Not a link that this campaign wrote."""


@dataclass(frozen=True, slots=True)
class Target:
    person_id: int
    delivery_id: int


class TokenMaker:
    """Kept for a batch: tenant and key are read once. The same tokens as django.core.signing.Signer makes."""

    def __init__(self, purpose: str) -> None:
        salt = f"{purpose}.{require_tenant().schema_name}"
        self._signer = Signer(salt=salt, key=settings.LASTING_KEY)
        key = f"{salt}signer{settings.LASTING_KEY}".encode()
        self._mac = hmac.new(sha256(key).digest(), digestmod=sha256)

    def make(self, *, person_id: int, delivery_id: int) -> str:
        value = f"{person_id:x}-{delivery_id:x}"
        mac = self._mac.copy()
        mac.update(value.encode())
        return f"{value}:{urlsafe_b64encode(mac.digest()).decode().rstrip('=')}"

    def read(self, token: str) -> Target:
        try:
            person, delivery = self._signer.unsign(token).split("-")
            return Target(present_id(int(person, 16)), int(delivery, 16))
        except (BadSignature, ValueError) as error:
            raise BadToken from error
