"""Communes, départements and regions of France: reference data shipped with the product, read once per process."""

import csv
import gzip
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sys import intern

from crm.geo.words import fold, fold_city

DATA = Path(__file__).parent / "data"
# Municipal arrondissements stand beside their commune: Paris, Lyon, Marseille.
CITIES_WITH_ARRONDISSEMENTS = {"751": "75056", "6938": "69123", "132": "13055"}


@dataclass(frozen=True, slots=True)
class DataSource:
    name: str
    licence: str
    date: str


SOURCE = DataSource(name="Etalab, INSEE, La Poste, IGN", licence="Licence Ouverte 2.0", date="2026-01-01")


@dataclass(frozen=True, slots=True)
class Commune:
    code: str
    name: str
    departement: str
    region: str
    epci: str
    population: int
    postcodes: tuple[str, ...]
    lat: float | None
    lon: float | None

    @property
    def city_code(self) -> str:
        """Its own code, or that of the city whose arrondissement it is."""
        if self.epci or not self.name.endswith("Arrondissement"):
            return self.code
        return next(
            (city for start, city in CITIES_WITH_ARRONDISSEMENTS.items() if self.code.startswith(start)), self.code
        )

    @property
    def is_arrondissement(self) -> bool:
        return self.city_code != self.code


@dataclass(frozen=True, slots=True)
class Departement:
    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str


def communes_by_postcode(postcode: str) -> tuple[Commune, ...]:
    """Most populous first. In Paris, Lyon and Marseille: the city, then its arrondissement."""
    return _by_postcode().get(postcode.strip(), ())


def communes_to_choose(postcode: str) -> tuple[Commune, ...]:
    """Those among which a postcode leaves a choice, most populous first: a city that has arrondissements is none of them."""
    found = communes_by_postcode(postcode)
    cities = {one.city_code for one in found if one.is_arrondissement}
    return tuple(one for one in found if one.code not in cities)


def find_commune(code: str) -> Commune | None:
    return _communes().get(code)


def all_communes() -> tuple[Commune, ...]:
    return tuple(_communes().values())


def find_by_postcode_and_name(postcode: str, city: str) -> Commune | None:
    """The one commune that postcode and name agree on; None when there is none or more than one.

    With its postcode, «Marseille» becomes the arrondissement. Without a name only a postcode of one commune will do.
    """
    found = communes_by_postcode(postcode)
    if name := fold_city(city):
        found = tuple(one for one in found if _bare_name(one.name) == name or _city_name(one) == name)
    arrondissements = [one for one in found if one.is_arrondissement]
    if len(arrondissements) == 1 and {one.city_code for one in found} == {arrondissements[0].city_code}:
        return arrondissements[0]
    return found[0] if len(found) == 1 else None


def departement_of_postcode(postcode: str) -> str:
    """The département of all its communes, or an empty text when they differ: some postcodes cross borders."""
    codes = {one.departement for one in communes_by_postcode(postcode)}
    return codes.pop() if len(codes) == 1 else ""


def communes_matching(text: str, limit: int = 10) -> tuple[Commune, ...]:
    """For a box where one types: a beginning of a postcode or of a name, most populous first."""
    wanted = fold(text)
    if not wanted:
        return ()
    if wanted.isdigit():
        codes = [code for code in _by_postcode() if code.startswith(wanted)]
        found = {one.code: one for code in sorted(codes)[:200] for one in _by_postcode()[code]}
    else:
        found = {one.code: one for one in _starting_with(wanted)}
    return tuple(sorted(found.values(), key=lambda one: (fold(one.name) != wanted, -one.population))[:limit])


def communes_named(names: Iterable[str]) -> tuple[Commune, ...]:
    """Those called exactly so, in the form of `words.fold`, most populous first."""
    known = _sorted_names()
    found: list[Commune] = []
    for name in set(names):
        position = bisect_left(known, (name, ""))
        while position < len(known) and known[position][0] == name:
            found.append(_communes()[known[position][1]])
            position += 1
    return tuple(sorted(found, key=lambda one: -one.population))


@cache
def departements() -> tuple[Departement, ...]:
    return tuple(
        Departement(row["code"], _as_printed(row["name"]), row["region"]) for row in read_rows("departements.csv")
    )


@cache
def regions() -> tuple[Region, ...]:
    return tuple(Region(row["code"], _as_printed(row["name"])) for row in read_rows("regions.csv"))


def _as_printed(name: str) -> str:
    """«Côte d’Azur»: the source has the apostrophe of a typewriter."""
    return name.replace("'", "’")


def find_departement(code: str) -> Departement | None:
    return _departements_by_code().get(code)


def find_region(code: str) -> Region | None:
    return next((one for one in regions() if one.code == code), None)


def read_rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _communes() -> dict[str, Commune]:
    with gzip.open(DATA / "communes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row[0]: _commune(row) for row in list(csv.reader(file))[1:]}


def _commune(row: list[str]) -> Commune:
    code, name, _kind, departement, region, epci, population, postcodes, lat, lon = row
    return Commune(
        code=code,
        name=name,
        departement=intern(departement),
        region=intern(region),
        epci=intern(epci),
        population=int(population or 0),
        postcodes=tuple(intern(postcode) for postcode in postcodes.split()),
        lat=float(lat) if lat else None,
        lon=float(lon) if lon else None,
    )


@cache
def _by_postcode() -> dict[str, tuple[Commune, ...]]:
    found: dict[str, list[Commune]] = {}
    for commune in sorted(_communes().values(), key=lambda one: -one.population):
        for postcode in commune.postcodes:
            found.setdefault(postcode, []).append(commune)
    return {postcode: tuple(communes) for postcode, communes in found.items()}


_bare_name = cache(fold_city)  # of communes only: as many as there are


@cache
def _sorted_names() -> list[tuple[str, str]]:
    return sorted((fold(commune.name), commune.code) for commune in _communes().values())


def _starting_with(wanted: str) -> Iterator[Commune]:
    names = _sorted_names()
    for position in range(bisect_left(names, (wanted, "")), len(names)):
        name, code = names[position]
        if not name.startswith(wanted):
            return
        yield _communes()[code]


def _city_name(commune: Commune) -> str:
    """The folded name of the city that an arrondissement belongs to."""
    return fold(_communes()[commune.city_code].name) if commune.is_arrondissement else ""


@cache
def _departements_by_code() -> dict[str, Departement]:
    return {one.code: one for one in departements()}
