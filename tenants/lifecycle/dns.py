"""What the DNS says of a domain, asked of the resolver that the environment names."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

TIMEOUT = 5.0  # seconds for all tries of one question
PROOF_PREFIX = "_isoloir"
MOST_RECORDS = 10


class DnsUnreachable(Exception):
    """No resolver answered: nothing is known, and asking again may help."""


@dataclass(frozen=True, slots=True)
class Findings:
    is_proved: bool
    aliases: list[str]
    texts: list[str]


def proof_text(token: str) -> str:
    return f"isoloir={token}"


def look_up_proof(domain: str, *, hosts: Collection[str], token: str) -> Findings:
    """Whether the domain is an alias of one of `hosts`, or holds the token in a TXT record. Raises DnsUnreachable."""
    aliases, texts = aliases_of(domain), texts_of(f"{PROOF_PREFIX}.{domain}")
    is_proved = not set(aliases).isdisjoint(hosts) or bool(token and proof_text(token) in texts)
    return Findings(is_proved, aliases[:MOST_RECORDS], [text[:200] for text in texts[:MOST_RECORDS]])


def aliases_of(name: str) -> list[str]:
    """What its CNAME says. Raises DnsUnreachable."""
    return [_plain(record.target.to_text()) for record in _records(name, "CNAME")]


def texts_of(name: str) -> list[str]:
    """Its TXT records, each with its parts joined. Raises DnsUnreachable."""
    return [b"".join(record.strings).decode("utf-8", "replace") for record in _records(name, "TXT")]


def _records(name: str, kind: str) -> list[Any]:
    try:
        return list(_resolver().resolve(name, kind, search=False))
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as error:
        raise DnsUnreachable(type(error).__name__) from error


def _resolver() -> Resolver:
    if not settings.DNS_RESOLVER:
        resolver = Resolver()
    else:
        address, _colon, port = settings.DNS_RESOLVER.rpartition(":")
        resolver = Resolver(configure=False)
        resolver.nameservers = [address.strip("[]")]
        resolver.port = int(port)
    resolver.lifetime = TIMEOUT
    return resolver


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
