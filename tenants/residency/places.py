"""Where a host stands: the list of known hosts, the operator's own list, or this machine. What is unknown has no place."""

import ipaddress
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tenants.residency.enums import Basis, Country

KNOWN = Path(__file__).parent / "providers.toml"
FIELDS = {"host", "service", "country", "region", "place", "operator", "law", "source", "checked_on"}
SERVICES = {"database", "storage", "broker", "mail", "reports", "sms", "voice"}
LOOPBACK_NAMES = ("", "localhost")


@dataclass(frozen=True, slots=True)
class Place:
    """Country and law are empty where this machine's place is not declared (in development only)."""

    country: str
    region: str
    place: str
    operator: str
    law: str
    basis: Basis
    source: str = ""
    checked_on: date | None = None

    @property
    def country_label(self) -> str:
        return country_label(self.country)


@dataclass(frozen=True, slots=True)
class Provider:
    host: str
    services: tuple[str, ...]
    place: Place

    def covers(self, host: str, service: str) -> bool:
        named = host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host
        return named and service in self.services


def country_label(code: str) -> str:
    return str(Country(code).label) if code in Country.values else code


def country_of_region(region: str) -> str:
    """A region is named after its country: `fr`, `de`, `fr-south`. Empty when that is no country of the EEA."""
    code = region.split("-")[0].upper()
    return code if code in Country.values else ""


def is_this_machine(host: str) -> bool:
    """The loopback, or a socket in the file system."""
    name = host.lower().strip("[]")
    if name in LOOPBACK_NAMES or name.startswith("/") or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def find_place(host: str, service: str) -> Place | None:
    """Where this host stands when it is used for that service, or None: then it is refused."""
    if is_this_machine(host):
        return this_machine()
    name = host.lower().rstrip(".")
    own = providers(settings.RESIDENCY_PROVIDERS, Basis.OWN_LIST) if settings.RESIDENCY_PROVIDERS else ()
    lists = (*own, *providers(str(KNOWN), Basis.LISTED))
    return next((provider.place for provider in lists if provider.covers(name, service)), None)


def this_machine() -> Place:
    machine = settings.MACHINE
    return Place(
        country=machine["country"].upper(),
        region="",
        place=machine["place"],
        operator=machine["operator"],
        law="",
        basis=Basis.MACHINE,
    )


@lru_cache(maxsize=4)
def providers(path: str, basis: Basis) -> tuple[Provider, ...]:
    """The lines of a list; raises ImproperlyConfigured where one of them claims less than it must."""
    try:
        lines = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("provider", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ImproperlyConfigured(f"The list of places {path} cannot be read: {error}") from error
    return tuple(_provider(line, path, basis) for line in lines)


def _provider(line: dict[str, Any], path: str, basis: Basis) -> Provider:
    missing = sorted(field for field in FIELDS if not line.get(field))
    if missing:
        raise ImproperlyConfigured(f"{path}: {line.get('host', 'a line')} does not state {', '.join(missing)}")
    if line["country"] not in Country.values:
        raise ImproperlyConfigured(f"{path}: {line['host']} is in {line['country']}, outside the EEA")
    if not set(line["service"]) <= SERVICES or "*" in line["host"].removeprefix("*."):
        raise ImproperlyConfigured(f"{path}: {line['host']} names a service or a host that cannot be understood")
    place = Place(
        **{key: line[key] for key in ("country", "region", "place", "operator", "law", "source", "checked_on")},
        basis=basis,
    )
    return Provider(host=line["host"].lower(), services=tuple(line["service"]), place=place)
