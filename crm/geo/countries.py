"""Names of countries, in the language of whoever reads them. What is France's overseas is France: it has its communes."""

import re
from functools import cache

from django.utils.translation import get_language

from crm.geo.queries import read_rows
from crm.geo.words import fold

FRANCE = "FR"
OVERSEAS = ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")

# What people write beside the names in French and in English and the codes.
OTHER_NAMES = {
    "FR": ("F", "France métropolitaine", "Métropole", "République française"), "GF": ("Guyane",), "PF": ("Polynésie", "Tahiti"), "TF": ("TAAF",),
    "GB": ("UK", "Grande-Bretagne", "Great Britain", "Angleterre", "England", "Écosse", "Scotland", "Pays de Galles", "Wales", "Irlande du Nord", "Northern Ireland"),
    "US": ("U.S.A.", "U.S.", "États-Unis d’Amérique", "United States of America"), "NL": ("Hollande", "Holland", "Nederland"), "DE": ("D", "Deutschland", "RFA"),
    "BE": ("B", "België", "Belgien"), "CH": ("Schweiz", "Svizzera", "Confédération suisse"), "LU": ("Luxemburg", "Grand-Duché de Luxembourg"), "AT": ("Österreich",),
    "ES": ("España",), "IT": ("Italia",), "IE": ("Éire", "République d’Irlande", "Republic of Ireland"), "GR": ("EL", "Hellas"), "PL": ("Polska",), "DK": ("Danmark",),
    "CZ": ("République tchèque", "Czech Republic"), "SK": ("République slovaque", "Slovak Republic"), "SE": ("Sverige",), "NO": ("Norge",), "FI": ("Suomi",),
    "BA": ("Bosnie", "Bosnia"), "MK": ("Macédoine", "Macedonia"), "BY": ("Bélarus",), "MD": ("République de Moldavie", "Republic of Moldova"),
    "RU": ("Fédération de Russie", "Russian Federation"), "TR": ("Turkey",), "VA": ("Vatican",), "CI": ("Ivory Coast",), "CG": ("Congo", "République du Congo"),
    "CD": ("RDC", "DRC", "République démocratique du Congo", "Democratic Republic of the Congo"), "MU": ("Île Maurice",), "CV": ("Cabo Verde",), "SZ": ("Swaziland",),
    "KR": ("Corée", "Korea", "République de Corée", "Republic of Korea", "South Korea"), "MM": ("Birmanie", "Burma", "Myanmar"), "AE": ("Émirats", "UAE"),
    "PS": ("Palestine",), "CN": ("République populaire de Chine",), "KG": ("Kirghizistan",), "BR": ("Brasil",), "SV": ("Le Salvador",),
}  # fmt: skip
ARTICLE = re.compile(r"^(?:la|le|les|l|the) ")


def country_name(code: str) -> str:
    """A code that is no country's stays as it is: files bring what they like."""
    return _names(_language()).get(code, code)


def abroad(code: str) -> str:
    """Its name where an address is told; France is not said."""
    return "" if code in ("", FRANCE) else country_name(code)


def postal_line(street: str, postcode: str, city: str, country: str) -> str:
    place = " ".join(part for part in (street, postcode, city) if part)
    return ", ".join(filter(None, (place, abroad(country))))


def country_code(text: str) -> str:
    """Of a name in French or in English, or a code of two or three letters, however written; empty where it is none."""
    return _codes().get(_bare(text), "")


def _bare(text: str) -> str:
    return ARTICLE.sub("", fold(text.replace("&", " and ")))


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for row in read_rows("countries.csv"):
        written = (row["code"], row["alpha3"], row["fr"], row["en"], *OTHER_NAMES.get(row["code"], ()))
        codes |= {_bare(name): row["code"] for name in written}
    return codes


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
