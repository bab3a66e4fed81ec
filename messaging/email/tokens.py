"""Links that only one recipient has. The token is the proof: it is bound to the campaign, to a purpose and to a delivery."""

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from tenants.context import require_tenant

UNSUBSCRIBE = "messaging.unsubscribe"
VIEW = "messaging.view"


class BadToken(Exception):
    """Not a link that this campaign wrote."""


@dataclass(frozen=True, slots=True)
class Target:
    person_id: int
    delivery_id: int


class TokenMaker:
    """Kept for a batch: the tenant is read once."""

    def __init__(self, purpose: str) -> None:
        self._signer = Signer(salt=f"{purpose}.{require_tenant().schema_name}")

    def make(self, *, person_id: int, delivery_id: int) -> str:
        return self._signer.sign(f"{person_id:x}-{delivery_id:x}")

    def read(self, token: str) -> Target:
        try:
            person, delivery = self._signer.unsign(token).split("-")
            return Target(int(person, 16), int(delivery, 16))
        except (BadSignature, ValueError) as error:
            raise BadToken from error
