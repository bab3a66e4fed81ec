"""Around a commune, or inside an outline drawn on the map: by the centroid of the commune where people live."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.geo.areas import Point, centroid_of, communes_inside, communes_near
from crm.geo.queries import find_commune
from crm.people.models import Person
from crm.segments.criteria.place import Communes, commune_name
from crm.segments.criteria.values import check_number, entries_in, read_number
from crm.segments.registry import Criterion, CriterionInvalid, Field, Part, RawValue

FARTHEST = 500
MOST_POINTS = 100
CORNER = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")


class _Area(Criterion):
    name = "place"
    heading = gettext_lazy("Where they live")

    @abstractmethod
    def codes(self, value: Any) -> Sequence[str]:
        """Of the communes within."""

    def condition(self, value: Any, *, now: datetime) -> Q:
        codes = self.codes(value)
        return Q(commune_code__in=codes) if codes else Q(pk__in=[])

    def evidence(self, value: Any, person: Person, *, now: datetime) -> str:
        commune = find_commune(person.commune_code)
        return _("lives in %(place)s") % {"place": commune.name} if commune else ""


class Near(_Area):
    operator = "near"
    label = gettext_lazy("Lives around the commune")
    field = Field(
        "list",
        placeholder=gettext_lazy("Aubagne (13)"),
        parts=(Part("km", "number", gettext_lazy("distance"), unit=pgettext_lazy("distance", "km around")),),
    )

    def check(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != {"commune", "km"}:
            raise CriterionInvalid(_("A commune and a distance are expected."))
        commune = find_commune(str(value["commune"]))
        if commune is None:
            raise CriterionInvalid(_("There is no commune “%(entry)s”.") % {"entry": value["commune"]})
        if centroid_of(commune) is None:
            raise CriterionInvalid(_("It is not known where %(commune)s is on the map.") % {"commune": commune.name})
        return {"commune": commune.code, "km": check_number(value["km"], low=1, high=FARTHEST)}

    def codes(self, value: dict[str, Any]) -> Sequence[str]:
        return communes_near(value["commune"], value["km"])

    def read(self, raw: RawValue) -> dict[str, Any]:
        named = Communes().read(raw)
        if len(named) > 1:
            raise CriterionInvalid(_("Name one commune only: the centre of the circle."))
        return self.check({"commune": named[0], "km": read_number(raw.part("km") or "10", low=1, high=FARTHEST)})

    def write(self, value: dict[str, Any]) -> RawValue:
        return RawValue(text=commune_name(value["commune"]), parts={"km": str(value["km"])})

    def suggestions(self, text: str) -> list[str]:
        return Communes().suggestions(text)

    def value_text(self, value: dict[str, Any]) -> str:
        return _("%(km)s km around %(commune)s") % {"km": value["km"], "commune": commune_name(value["commune"])}

    def clause(self, value: dict[str, Any]) -> str:
        return _("live at most %(km)s km from %(commune)s") % {
            "km": value["km"],
            "commune": commune_name(value["commune"]),
        }


class Inside(_Area):
    """The outline is a list of corners, [latitude, longitude]."""

    operator = "inside"
    label = gettext_lazy("Lives inside an area of the map")
    field = Field("area", placeholder=gettext_lazy("Martigues, Aix-en-Provence, Aubagne"))

    def check(self, value: object) -> list[list[float]]:
        if not isinstance(value, list) or not 3 <= len(value) <= MOST_POINTS:
            raise CriterionInvalid(_("Draw at least three corners on the map."))
        return [_corner(point) for point in value]

    def codes(self, value: list[list[float]]) -> Sequence[str]:
        return communes_inside(_outline(value))

    def read(self, raw: RawValue) -> list[list[float]]:
        """Corners as the map writes them, or names of communes: the keyboard draws as well."""
        return self.check([_read_corner(entry) for entry in entries_in(raw.text)])

    def write(self, value: list[list[float]]) -> RawValue:
        return RawValue(text=", ".join(f"{lat:g} {lon:g}" for lat, lon in value))

    def suggestions(self, text: str) -> list[str]:
        return Communes().suggestions(text)

    def value_text(self, value: list[list[float]]) -> str:
        count = len(self.codes(value))
        return ngettext("%(count)s commune of the map", "%(count)s communes of the map", count) % {"count": count}

    def clause(self, value: list[list[float]]) -> str:
        count = len(self.codes(value))
        return ngettext(
            "live in an area drawn on the map (%(count)s commune)",
            "live in an area drawn on the map (%(count)s communes)",
            count,
        ) % {"count": count}


def _read_corner(entry: str) -> list[float]:
    if numbers := CORNER.fullmatch(entry):
        return [float(numbers[1]), float(numbers[2])]
    [code] = Communes().read(RawValue(text=entry))
    commune = find_commune(code)
    centre = centroid_of(commune) if commune else None
    if centre is None:
        raise CriterionInvalid(_("It is not known where %(commune)s is on the map.") % {"commune": entry})
    return list(centre)


def _corner(point: object) -> list[float]:
    if not isinstance(point, list) or len(point) != 2 or not all(type(each) in (int, float) for each in point):
        raise CriterionInvalid(_("A corner is a latitude and a longitude, for instance 43.30 5.37."))
    lat, lon = round(float(point[0]), 3), round(float(point[1]), 3)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise CriterionInvalid(_("A corner is a latitude and a longitude, for instance 43.30 5.37."))
    return [lat, lon]


def _outline(value: list[list[float]]) -> tuple[Point, ...]:
    return tuple((lat, lon) for lat, lon in value)


CRITERIA: tuple[Criterion, ...] = (Near(), Inside())
