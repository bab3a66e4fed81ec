"""Places of France: found when certain, left open when not."""

import polars as pl
import pytest

from crm.geo import queries as geo
from crm.geo.frames import commune_table, with_commune_codes


@pytest.mark.parametrize(
    ("postcode", "city", "code"),
    [
        ("13001", "MARSEILLE", "13201"),
        ("13001", "Marseille 1er", "13201"),
        ("75116", "Paris", "75116"),
        ("69003", "LYON 3E ARRONDISSEMENT", "69383"),
        ("42000", "St-Etienne", "42218"),
        ("29200", "", "29019"),
        ("97133", "", "97701"),
        ("20000", "Ajaccio", "2A004"),
    ],
)
def test_a_commune_is_found_as_people_write_it(postcode: str, city: str, code: str) -> None:
    commune = geo.find_by_postcode_and_name(postcode, city)

    assert commune is not None
    assert commune.code == code


@pytest.mark.parametrize(("postcode", "city"), [("01400", ""), ("01400", "Nowhere"), ("00000", "Paris"), ("", "")])
def test_in_doubt_nothing_is_guessed(postcode: str, city: str) -> None:
    assert geo.find_by_postcode_and_name(postcode, city) is None


def test_an_arrondissement_knows_its_city() -> None:
    commune = geo.find_commune("13201")

    assert commune is not None
    assert (commune.city_code, commune.is_arrondissement) == ("13055", True)


def test_a_postcode_of_one_departement_tells_it() -> None:
    assert geo.departement_of_postcode("01400") == "01"
    assert geo.departement_of_postcode("99999") == ""


def test_completion_puts_the_largest_first() -> None:
    assert [one.name for one in geo.communes_matching("st etienne", limit=2)] == [
        "Saint-Étienne",
        "Saint-Étienne-du-Rouvray",
    ]
    assert geo.communes_matching("1300")[0].name == "Marseille"
    assert geo.communes_matching("  ") == ()


def test_everything_has_a_departement_and_a_region() -> None:
    codes = {one.code for one in geo.departements()}
    regions = {one.code for one in geo.regions()}

    table = commune_table()
    assert set(table["departement"]) <= codes
    assert set(table["region"]) <= regions
    region_of = {one.code: one.region for one in geo.departements()}  # segments find the people of a region by it
    assert table["region"].to_list() == [region_of[code] for code in table["departement"]]
    assert table.height == 35_539


def test_names_have_the_apostrophe_of_print_and_are_found_by_either() -> None:
    names = [*(one.name for one in geo.regions()), *(one.name for one in geo.departements())]
    assert {"Provence-Alpes-Côte d’Azur", "Côte-d’Or", "Val-d’Oise"} <= set(names)
    assert not [name for name in names if "'" in name]


def test_many_places_are_found_as_each_one_is() -> None:
    asked = [
        (postcode, city)
        for number, commune in enumerate(geo.all_communes())
        if number % 7 == 0 or commune.is_arrondissement
        for postcode in commune.postcodes
        for city in (commune.name, commune.name.upper().replace("-", " "), f"{commune.name} CEDEX 03", "", "-", "Paris")
    ]
    asked += [
        ("75012", "PARIS 12e"),
        ("75012", "paris"),
        ("69003", "Lyon  3ème"),
        ("13001", "St Marseille"),
        ("", "Lyon"),
    ]
    places = pl.DataFrame(asked, schema=["postcode", "city"], orient="row")

    for postcode, city, *codes in with_commune_codes(places).iter_rows():
        one = geo.find_by_postcode_and_name(postcode, city)
        assert codes == ([one.code, one.departement, one.region] if one else [None] * 3), (postcode, city)


def test_the_source_and_its_licence_are_told() -> None:
    assert geo.SOURCE.licence == "Licence Ouverte 2.0"
    assert "Licence Ouverte 2.0" in (geo.DATA / "README.md").read_text(encoding="utf-8")
