"""Addresses of pictures and links that only one mail has. They name a delivery and, of its message, a link: nothing else
can be asked for with them, and nobody can make one up. They stand in mails for years: built without the resolver."""

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

from django.conf import settings

from tenants.context import require_tenant

MAC = 16  # characters, 96 bits
TOKEN = re.compile(r"([0-9a-f]{1,15})(?:-([0-9a-f]{1,15}))?\.([A-Za-z0-9_-]{16})")


class BadAddress(Exception):
    """Not an address that this campaign wrote."""


class AddressMaker:
    """Kept for a batch: the key is derived once."""

    def __init__(self) -> None:
        tenant = require_tenant()
        key = hmac.digest(settings.LASTING_KEY.encode(), f"messaging.measuring:{tenant.uuid}".encode(), "sha256")
        self._mac = hmac.new(key, digestmod=sha256)
        self._base = tenant.absolute_url("")

    def picture(self, delivery_id: int) -> str:
        return f"{self._base}/courrier/i/{self._signed(f'{delivery_id:x}')}.gif"

    def link(self, delivery_id: int, link_id: int) -> str:
        return f"{self._base}/courrier/l/{self._signed(f'{delivery_id:x}-{link_id:x}')}/"

    def read_picture(self, token: str) -> int:
        delivery, link = self._read(token)
        if link is not None:
            raise BadAddress
        return delivery

    def read_link(self, token: str) -> tuple[int, int]:
        delivery, link = self._read(token)
        if link is None:
            raise BadAddress
        return delivery, link

    def _read(self, token: str) -> tuple[int, int | None]:
        found = TOKEN.fullmatch(token)
        if found is None or not hmac.compare_digest(self._signed(token.rpartition(".")[0]), token):
            raise BadAddress
        return int(found[1], 16), int(found[2], 16) if found[2] else None

    def _signed(self, value: str) -> str:
        mac = self._mac.copy()
        mac.update(value.encode())
        return f"{value}.{urlsafe_b64encode(mac.digest()).decode()[:MAC]}"
