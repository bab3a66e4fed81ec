"""Which servers a campaign may have us ask: those of the public Internet, never one that only this machine can reach."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

# Ways to write an address of version 4 as one of version 6: a gateway would lead them to where the plain one is refused.
TRANSLATED = tuple(
    map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10"))
)
IN_PATH = "/%:@!$&'()*+,;=~-._"


class HostRefused(Exception):
    """`reason` is a key of crm.schedules.wording.FAILURES."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: the very addresses that were looked at, so that no second answer of the DNS leads elsewhere."""

    host: str
    port: int
    is_tls: bool
    path: str
    addresses: tuple[str, ...]

    @property
    def origin(self) -> tuple[bool, str, int]:
        return (self.is_tls, self.host, self.port)

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def find_target(url: str) -> Target:
    """Raises HostRefused."""
    parts, host, port = check_address(url)
    addresses = _resolved(host, port)
    if not all(map(is_allowed, addresses)):  # one of them is enough: which one is taken is not ours to bet on
        raise HostRefused("refused")
    query = f"?{quote(parts.query, safe=IN_PATH + '/?')}" if parts.query else ""
    return Target(host, port, parts.scheme == "https", (quote(parts.path, safe=IN_PATH) or "/") + query, addresses)


def check_address(url: str) -> tuple[SplitResult, str, int]:
    """As far as it can be told without asking anybody. Raises HostRefused."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise HostRefused("address") from error
    plain_is_fine = _loopback_is_fine() and parts.scheme == "http"
    if not host or not (parts.scheme == "https" or plain_is_fine) or parts.username or parts.password:
        raise HostRefused("address")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return parts, host, port
    if not is_allowed(str(literal)):
        raise HostRefused("refused")
    return parts, host, port


def is_allowed(address: str) -> bool:
    """Public, and neither private, nor loopback, nor link-local (where clouds keep their keys), nor for groups."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_allowed(str(ip.ipv4_mapped))
        if ip != ipaddress.IPv6Address("::1") and any(ip in network for network in TRANSLATED):
            return False
    if ip.is_loopback:
        return _loopback_is_fine()
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_private or ip.is_link_local)


def _resolved(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise HostRefused("unknown_host") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _loopback_is_fine() -> bool:
    """No variable sets it: tests alone have their servers there."""
    return bool(getattr(settings, "SCHEDULES_ALLOW_LOOPBACK", False))
