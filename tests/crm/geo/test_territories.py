"""The maps that areas are drawn on: outlines where the communes are, and each commune on one map."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find

from crm.geo.areas import centroid_of, communes_inside
from crm.geo.queries import all_communes, find_commune
from crm.geo.territories import TERRITORIES, Territory

Box = tuple[float, float, float, float]


def degrees(territory: Territory) -> Box:
    """South, west, north, east of what its map shows."""
    x, y, width, height = territory.box
    return -(y + height) / 100, x / territory.scale, -y / 100, (x + width) / territory.scale


@pytest.mark.parametrize("territory", TERRITORIES, ids=lambda one: one.code)
def test_the_outlines_fill_the_map(territory: Territory) -> None:
    path = find(territory.outlines)
    assert isinstance(path, str)
    svg = Path(path).read_text(encoding="utf-8")

    assert f'viewBox="{territory.view_box}"' in svg
    left, top, width, height = territory.box
    for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", svg):
        assert left <= float(x) <= left + width
        assert top <= float(y) <= top + height


def test_a_commune_with_a_place_is_on_the_map_of_its_territory_and_on_no_other() -> None:
    boxes = {one.code: degrees(one) for one in TERRITORIES}
    for commune in all_communes():
        if not (point := centroid_of(commune)):
            continue
        lat, lon = point
        on = [
            code for code, (south, west, north, east) in boxes.items() if south <= lat <= north and west <= lon <= east
        ]
        assert on == [commune.departement if commune.departement in boxes else "france"], commune


@pytest.mark.parametrize(
    ("outline", "inside", "outside"),
    [
        # Saint-Denis, not Saint-Pierre
        (((-20.85, 55.35), (-20.85, 55.6), (-21.05, 55.6), (-21.05, 55.35)), "97411", "97416"),
        (((18.15, -63.2), (18.15, -62.95), (18.0, -62.95), (18.0, -63.2)), "97801", "97701"),
        (((17.95, -62.95), (17.95, -62.75), (17.85, -62.75), (17.85, -62.95)), "97701", "97801"),
        (((46.82, -56.25), (46.82, -56.1), (46.74, -56.1), (46.74, -56.25)), "97502", "97501"),
        # Cayenne, not Saint-Laurent-du-Maroni
        (((5.1, -52.6), (5.1, -52.1), (4.6, -52.1), (4.6, -52.6)), "97302", "97311"),
    ],
)
def test_an_area_drawn_overseas_holds_the_communes_there(
    outline: tuple[tuple[float, float], ...], inside: str, outside: str
) -> None:
    found = communes_inside(outline)

    assert inside in found
    assert outside not in found
    here = find_commune(inside)
    assert here is not None
    assert {code[:3] for code in found} == {here.departement}
