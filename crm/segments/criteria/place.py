import re
from abc import abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.geo.queries import communes_by_postcode, communes_matching, departements, find_commune, regions
from crm.geo.words import fold as fold_place
from crm.people.models import Person
from crm.segments.criteria.values import (
    check_strings,
    close_names,
    entries_in,
    fold,
    joined_by,
    names_starting,
    shortened,
)
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue, Text


class _Place(Criterion):
    name = "place"
    heading = gettext_lazy("Where they live")
    column: ClassVar[str]
    missing: ClassVar[Text]

    def check(self, value: object) -> list[str]:
        codes = check_strings(value, what=self.missing)
        for code in codes:
            if not self.is_code(code):
                raise CriterionInvalid(self.unknown(code), self.close(code))
        return codes

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(**{f"{self.column}__in": value})

    def read(self, raw: RawValue) -> list[str]:
        return self.check([self.code_of(entry) for entry in entries_in(raw.text)])

    def write(self, value: list[str]) -> RawValue:
        return RawValue(text=", ".join(self.names(value)))

    def value_text(self, value: list[str]) -> str:
        return ", ".join(shortened(self.names(value), limit=12))

    def evidence(self, value: list[str], person: Person, *, now: datetime) -> str:
        place = " ".join(part for part in (person.postcode, person.city) if part)
        return _("lives in %(place)s") % {"place": place} if place else ""

    def known_of(self, value: list[str], person: Person, *, now: datetime) -> str:
        return self.evidence(value, person, now=now) or _("address unknown")

    def names(self, codes: Iterable[str]) -> list[str]:
        return list(codes)

    @abstractmethod
    def is_code(self, code: str) -> bool: ...

    def code_of(self, entry: str) -> str:
        """The code for what was typed; what is not known goes on to check(), which refuses it."""
        return entry

    @abstractmethod
    def unknown(self, entry: str) -> str: ...

    def close(self, entry: str) -> list[str]:
        return []


def commune_name(code: str) -> str:
    commune = find_commune(code)
    return f"{commune.name} ({commune.departement})" if commune else code


@cache
def _with_arrondissements(code: str) -> tuple[str, ...]:
    """A person of Paris, Lyon or Marseille may be known by the city or by the arrondissement."""
    commune = find_commune(code)
    postcodes = commune.postcodes if commune else ()
    parts = {one.code for postcode in postcodes for one in communes_by_postcode(postcode) if one.city_code == code}
    return (code, *sorted(parts - {code}))


class Communes(_Place):
    operator = "communes"
    label = gettext_lazy("Lives in the commune")
    field = Field("list", placeholder=gettext_lazy("Marseille (13), Aubagne (13)"))
    column = "commune_code"
    missing = gettext_lazy("Name at least one commune.")

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(commune_code__in=[code for commune in value for code in _with_arrondissements(commune)])

    def is_code(self, code: str) -> bool:
        return find_commune(code) is not None

    def code_of(self, entry: str) -> str:
        if find_commune(entry):
            return entry
        name, _separator, departement = entry.removesuffix(")").partition("(")
        same = [
            commune
            for commune in communes_matching(name.strip(), limit=30)
            if fold_place(commune.name) == fold_place(name) and departement.strip() in ("", commune.departement)
        ]
        if len(same) > 1:
            choices = [commune_name(commune.code) for commune in same[:4]]
            raise CriterionInvalid(_("Several communes are called “%(entry)s”.") % {"entry": entry}, choices)
        return same[0].code if same else entry

    def unknown(self, entry: str) -> str:
        return _("There is no commune “%(entry)s”.") % {"entry": entry}

    def close(self, entry: str) -> list[str]:
        near = communes_matching(entry, limit=3) or communes_matching(entry[: max(3, len(entry) - 3)], limit=3)
        return [commune_name(commune.code) for commune in near]

    def suggestions(self, text: str) -> list[str]:
        return [commune_name(commune.code) for commune in communes_matching(text, limit=8)]

    def names(self, codes: Iterable[str]) -> list[str]:
        return sorted((commune_name(code) for code in codes), key=fold)

    def clause(self, value: list[str]) -> str:
        return _("live in %(places)s") % {"places": joined_by(pgettext("list", "or"), shortened(self.names(value)))}


RANGE = re.compile(r"^(\d{5})(?:[-–—]|À|A|TO)(\d{5})$")  # as typed, without spaces and in capitals
LONGEST_RANGE = 1_000  # postcodes: those of a département


@cache
def _between(entry: str) -> tuple[str, ...]:
    """Each postcode of «13001-13003», ends included; nothing for what is no range."""
    found = RANGE.match(entry)
    low, high = (int(end) for end in found.groups()) if found else (1, 0)
    return tuple(f"{number:05}" for number in range(low, high + 1)) if high - low < LONGEST_RANGE else ()


class Postcodes(_Place):
    """One by one, or from one to another."""

    operator = "postcodes"
    label = gettext_lazy("Has the postcode")
    field = Field("list", placeholder=gettext_lazy("13001-13003, 13010"))
    column = "postcode"
    missing = gettext_lazy("Name at least one postcode.")

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(postcode__in=self._each(value))

    def holds(self, value: list[str], person: Person, *, now: datetime) -> bool:
        return person.postcode in self._each(value)

    def is_code(self, code: str) -> bool:
        return bool(_between(code)) or (code.isalnum() and 2 <= len(code) <= 10)

    def code_of(self, entry: str) -> str:
        code = entry.replace(" ", "").upper()
        return f"{found[1]}-{found[2]}" if (found := RANGE.match(code)) else code

    def unknown(self, entry: str) -> str:
        if "-" in entry:
            return _("“%(entry)s” is no range of postcodes. Write it like 13001-13003, within one département.") % {
                "entry": entry
            }
        return _("“%(entry)s” is not a postcode.") % {"entry": entry}

    def _each(self, value: list[str]) -> list[str]:
        return [code for entry in value for code in (_between(entry) or (entry,))]

    def clause(self, value: list[str]) -> str:
        return _("have the postcode %(places)s") % {"places": joined_by(pgettext("list", "or"), shortened(value))}


class _Named(_Place):
    """Départements and regions: a closed list of names with codes."""

    table: ClassVar[Callable[[], dict[str, str]]]

    def _names(self) -> dict[str, str]:
        return {code: f"{name} ({code})" for code, name in type(self).table().items()}

    def is_code(self, code: str) -> bool:
        return code in type(self).table()

    def code_of(self, entry: str) -> str:
        wanted = fold(entry)
        for code, name in type(self).table().items():
            if wanted in (code.lower(), fold(name), fold(f"{name} ({code})")):
                return code
        return entry

    def close(self, entry: str) -> list[str]:
        return close_names(entry, list(type(self).table().values()))

    def suggestions(self, text: str) -> list[str]:
        names = self._names()
        if text in names:
            return [names[text]]
        return names_starting(text, sorted(names.values(), key=fold))

    def names(self, codes: Iterable[str]) -> list[str]:
        names = self._names()
        return sorted((names.get(code, code) for code in codes), key=fold)


def _departement_table() -> dict[str, str]:
    return {departement.code: departement.name for departement in departements()}


def _region_table() -> dict[str, str]:
    return {region.code: region.name for region in regions()}


class Departements(_Named):
    operator = "departements"
    label = gettext_lazy("Lives in the département")
    field = Field("list", placeholder=gettext_lazy("Bouches-du-Rhône, Var"))
    column = "departement_code"
    missing = gettext_lazy("Name at least one département.")
    table = staticmethod(_departement_table)

    def unknown(self, entry: str) -> str:
        return _("There is no département “%(entry)s”.") % {"entry": entry}

    def clause(self, value: list[str]) -> str:
        places = joined_by(pgettext("list", "or"), shortened(self.names(value)))
        return _("live in the département %(places)s") % {"places": places}


@cache
def _departements_of(region: str) -> tuple[str, ...]:
    return tuple(departement.code for departement in departements() if departement.region == region)


class Regions(_Named):
    """Found by their départements: an index of regions would cost each arrival, and an import, to tell the same."""

    operator = "regions"
    label = gettext_lazy("Lives in the region")
    field = Field("list", placeholder=gettext_lazy("Provence-Alpes-Côte d’Azur"))
    column = "region_code"
    missing = gettext_lazy("Name at least one region.")
    table = staticmethod(_region_table)

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(departement_code__in=[code for region in value for code in _departements_of(region)])

    def unknown(self, entry: str) -> str:
        return _("There is no region “%(entry)s”.") % {"entry": entry}

    def names(self, codes: Iterable[str]) -> list[str]:
        table = _region_table()
        return sorted((table.get(code, code) for code in codes), key=fold)

    def clause(self, value: list[str]) -> str:
        places = joined_by(pgettext("list", "or"), shortened(self.names(value)))
        return _("live in the region %(places)s") % {"places": places}


CRITERIA = (Communes(), Postcodes(), Departements(), Regions())
