"""E-mails, numbers and places as typed, brought to the form in which they are kept. Nothing here touches the database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from crm.geo import queries as geo

# Numbers without a prefix are read in the territory of the address first: 0692… is Réunion, not the metropole.
REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "PF", "NC", "WF")
REGION_OF_DEPARTEMENT = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True, slots=True)
class Phone:
    number: str  # E.164
    is_mobile: bool


@dataclass(frozen=True, slots=True)
class Place:
    commune_code: str
    departement_code: str
    region_code: str
    city: str


def normalize_email(typed: str) -> str | None:
    """Lower case, the domain in ASCII; None when it cannot be an address."""
    address = typed.strip().strip("<>").removeprefix("mailto:")
    local, at, domain = address.rpartition("@")
    if not at:
        return None
    try:
        ascii_domain = domain.rstrip(".").lower().encode("idna").decode()
        normal = f"{local.lower()}@{ascii_domain}"
        validate_email(normal)
    except (UnicodeError, ValidationError):
        return None
    return normal if len(normal) <= 254 else None


def parse_phone(typed: str, *, departement_code: str = "", country: str = "FR") -> Phone | None:
    """None when no French territory (nor her own country) can read it."""
    cleaned = re.sub(r"^00", "+", typed.strip())
    cleaned = cleaned.replace("+33 (0)", "+33").replace("+33(0)", "+33")
    for region in _regions(departement_code, country):
        try:
            parsed = phonenumbers.parse(cleaned, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            return Phone(number, phonenumbers.number_type(parsed) in MOBILE)
    return None


def display_phone(number: str) -> str:
    """As people write it: national for France and its territories, else international."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    national = phonenumbers.region_code_for_number(parsed) in REGIONS
    style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style).replace(" ", "\u00a0")


def find_place(*, postcode: str, city: str, commune_code: str = "", country: str = "FR") -> Place:
    """The commune where it is certain: n postcodes to n communes, so in doubt it stays open and is asked."""
    if country and country != "FR" and not commune_code:
        return Place("", "", "", city)
    commune = geo.find_commune(commune_code) if commune_code else geo.find_by_postcode_and_name(postcode, city)
    if commune is not None:
        return Place(commune.code, commune.departement, commune.region, city or commune.name)
    departement = geo.find_departement(geo.departement_of_postcode(postcode))
    return Place("", departement.code if departement else "", departement.region if departement else "", city)


def _regions(departement_code: str, country: str) -> Iterator[str]:
    first = REGION_OF_DEPARTEMENT.get(departement_code)
    if first:
        yield first
    if country and country != "FR":
        yield country
    yield from (region for region in REGIONS if region != first)
