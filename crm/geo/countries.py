"""Names of countries, in the language of whoever reads them. What is France's overseas is France: it has its communes."""

from functools import cache

from django.utils.translation import get_language

from crm.geo.queries import read_rows
from crm.geo.words import fold

FRANCE = "FR"
OVERSEAS = ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")


def country_name(code: str) -> str:
    """A code that is no country's stays as it is: files bring what they like."""
    return _names(_language()).get(code, code)


def abroad(code: str) -> str:
    """Its name where an address is told; France is not said."""
    return "" if code in ("", FRANCE) else country_name(code)


def postal_line(street: str, postcode: str, city: str, country: str) -> str:
    place = " ".join(part for part in (street, postcode, city) if part)
    return ", ".join(filter(None, (place, abroad(country))))


def countries() -> tuple[tuple[str, str], ...]:
    """To choose from: France first, the others as in a dictionary."""
    return _choices(_language())


@cache
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    names = {code: name for code, name in _names(language).items() if code not in OVERSEAS}
    return tuple(sorted(names.items(), key=lambda one: (one[0] != FRANCE, fold(one[1]))))


@cache
def _names(language: str) -> dict[str, str]:
    return {row["code"]: row[language] for row in read_rows("countries.csv")}


def _language() -> str:
    return "fr" if (get_language() or "").startswith("fr") else "en"
