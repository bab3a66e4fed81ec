"""Values as people write them, and what becomes of them."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from crm.imports.dates import guess_order, parse_dates
from crm.imports.emails import read_emails
from crm.imports.enums import Target
from crm.imports.normalizing import Normalizer, Options
from crm.imports.phones import normalize_phones, read_phones, regions_of

TODAY = date(2026, 11, 22)


def normalized(target: str, value: str, *, region: str = "FR", **also: str) -> tuple[dict[str, Any], list[str]]:
    """The one row as it comes out, with the kinds of remarks."""
    columns = [target, "email", *also]
    cells = {
        "line": [2],
        "c0": [value],
        "c1": ["a@example.org"],
        **{f"c{number}": [text] for number, text in enumerate(also.values(), 2)},
    }
    mapping = {str(number): name for number, name in enumerate(columns)}
    result = Normalizer(columns, mapping, Options(TODAY, phone_region=region)).normalize(pl.DataFrame(cells))
    rows = result.people.to_dicts()
    return (rows[0] if rows else {}), [*result.warnings["kind"], *result.rejected["kind"]]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("06 01 02 03 04", "+33601020304"), ("+33 (0)6.01.02.03.04", "+33601020304"), ("0033601020304", "+33601020304"), ("601020304", "+33601020304"),
        ("0690 00 12 34", "+590690001234"), ("0694201234", "+594694201234"), ("0692123456", "+262692123456"), ("0639 12 34 56", "+262639123456"),
        ("0696201234", "+596696201234"), ("+33 690 00 12 34", "+590690001234"), ("+32 470 12 34 56", "+32470123456"), ("+687 75 12 34", "+687751234"),
        ("12", None), ("pas de téléphone", None),
    ],
)  # fmt: skip
def test_phone_numbers_overseas_included(text: str, number: str | None) -> None:
    assert normalize_phones(pl.Series([text]), "FR")["phone"].to_list() == [number]


@pytest.mark.parametrize(
    ("text", "place", "region", "number"),
    [
        ("41 12 34", {"postcode": "97500"}, "FR", "+508411234"), ("41 12 34", {"postcode": "98800"}, "FR", "+687411234"),
        ("72 12 34", {"postcode": "98600"}, "FR", "+681721234"), ("87 12 34 56", {"postcode": "98714"}, "FR", "+68987123456"),
        ("41 12 34", {"postcode": "97500", "country": "France"}, "FR", "+508411234"), ("41 12 34", {"country": "PM"}, "FR", "+508411234"),
        ("0475 12 34 56", {"country": "Belgique"}, "FR", "+32475123456"), ("0475 12 34 56", {"country": "BE", "postcode": "97500"}, "FR", "+32475123456"),
        ("0475 12 34 56", {"country": "France"}, "FR", "+33475123456"), ("0475 12 34 56", {"country": "France"}, "BE", "+33475123456"),
        ("0692 12 34 56", {"country": "France"}, "BE", "+262692123456"), ("0475 12 34 56", {"country": ""}, "BE", "+32475123456"),
        ("079 123 45 67", {"country": "Suisse"}, "FR", "+41791234567"),
        # She lives there and has a French number, with or without its code.
        ("06 12 34 56 78", {"country": "BE"}, "FR", "+33612345678"), ("33612345678", {"country": "DE"}, "FR", "+33612345678"),
        ("+33 6 12 34 56 78", {"country": "DE"}, "FR", "+33612345678"), ("06 12 34 56 78", {"postcode": "97500"}, "FR", "+33612345678"),
        ("+32 475 12 34 56", {"country": "DE"}, "FR", "+32475123456"), ("0692 12 34 56", {"postcode": "98800"}, "FR", "+262692123456"),
        ("22 123 45 60", {"country": "Pologne"}, "FR", "+48221234560"), ("75 12 34", {"country": "Nouvelle Calédonie"}, "FR", "+687751234"),
        ("87 12 34 56", {"country": "Polynésie française"}, "FR", "+68987123456"), ("0692 12 34 56", {"country": "La Réunion"}, "BE", "+262692123456"), ("12", {"country": "BE"}, "FR", None),
        ("06 12 34 56 78", {"country": "DE"}, "FR", "+33612345678"), ("06 12 34 56 78", {"country": "NL"}, "FR", "+31612345678"),
    ],
)  # fmt: skip
def test_numbers_are_read_where_the_row_is_at_home(
    text: str, place: dict[str, str], region: str, number: str | None
) -> None:
    row, kinds = normalized("phone", text, region=region, **place)
    assert (row["phones"], kinds) == ([number] if number else [], [] if number else ["bad_phone"])


@pytest.mark.parametrize(
    ("text", "number"),
    [("06 12 34 56 78", None), ("22 123 45 60", None), ("+48 22 123 45 60", "+48221234560"), ("0033612345678", "+33612345678"), ("33612345678", "+33612345678")],
)  # fmt: skip
@pytest.mark.parametrize("region", ["FR", "BE"])
def test_what_stands_beside_an_unknown_country_is_not_taken_for_french(
    text: str, number: str | None, region: str
) -> None:
    row, kinds = normalized("phone", text, region=region, country="Syldavie", postcode="1000")
    assert (row["country"], row["postcode"], row["phones"]) == ("", "1000", [number] if number else [])
    assert sorted(kinds) == ["bad_country", *([] if number else ["phone_of_nowhere"])]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Pologne", "PL"), ("Roumanie", "RO"), ("Côte d'Ivoire", "CI"), ("COTE D’IVOIRE", "CI"), ("Japon", "JP"), ("Autriche", "AT"), ("Pays Bas", "NL"), ("Netherlands", "NL"),
        ("The Netherlands", "NL"), ("Grande-Bretagne", "GB"), ("uk", "GB"), ("Deutschland", "DE"), ("BEL", "BE"), ("fra", "FR"), ("U.S.A.", "US"), ("USA", "US"), ("F", "FR"),
        ("Trinidad and Tobago", "TT"), ("St. Lucia", "LC"), ("République tchèque", "CZ"), ("pl", "PL"), ("Nouvelle-Calédonie", "FR"), ("PM", "FR"), ("La Réunion", "FR"),
        ("Réunion", "FR"), ("Guyane", "FR"), ("Wallis et Futuna", "FR"), ("GUF", "FR"), ("ZZ", ""), ("Ile-de-France", ""), ("75", ""),
    ],
)  # fmt: skip
def test_countries_are_known_by_their_names_and_codes(text: str, code: str) -> None:
    row, kinds = normalized("country", text)
    assert (row["country"], kinds) == (code, [] if code else ["bad_country"])


@pytest.mark.parametrize(
    ("text", "place", "numbers", "remarks"),
    [
        ("06 12 34 56 78 / 04 91 22 33 44", {}, ["+33612345678", "+33491223344"], []),
        ("0612345678 ou 04.91.22.33.44", {}, ["+33612345678", "+33491223344"], []),
        ("06/12/34/56/78", {}, ["+33612345678"], []),
        ("0612345678, 06 12 34 56 78", {}, ["+33612345678"], []),
        ("0692 12 34 56 ; 0262 12 34 56", {"postcode": "97400"}, ["+262692123456", "+262262123456"], []),
        ("0475 12 34 56 / 0032 2 512 34 56", {"country": "BE"}, ["+32475123456", "+3225123456"], []),
        ("06 12 34 56 78, poste 12", {}, ["+33612345678"], ["bad_phone"]),
        ("néant / aucun", {}, [], ["bad_phone"]),
    ],
)
def test_a_cell_may_hold_several_numbers(
    text: str, place: dict[str, str], numbers: list[str], remarks: list[str]
) -> None:
    row, kinds = normalized("phone", text, **place)
    assert (row["phones"], kinds) == (numbers, remarks)


def test_each_row_of_a_column_is_read_for_itself() -> None:
    numbers = ["41 12 34", "06 12 34 56 78", None, "0475 12 34 56", "07 04 94 03 26"]
    own = regions_of(pl.Series([None, "FR", "BE", "BE", "BE"]), pl.Series(["97500", "75001", None, "1000", None]), "FR")
    found = read_phones(pl.Series(numbers), own, "FR")
    assert found["phone"].to_list() == ["+508411234", "+33612345678", None, "+32475123456", "+33704940326"]
    assert found["allotted"].to_list() == [True, True, None, True, False]


@pytest.mark.parametrize("region", ["FR", "RE"])
def test_french_rows_are_read_as_the_file_is(region: str) -> None:
    places = pl.Series(["97400", "93200", None]), pl.Series(["FR", None, "FR"])
    assert regions_of(places[1], places[0], region) is None
    assert regions_of(None, places[0], region) is None


def test_a_number_of_nobodys_range_is_kept_and_told() -> None:
    row, kinds = normalized("phone", "07 04 94 03 26")
    assert (row["phones"], kinds) == (["+33704940326"], ["unallotted_phone"])


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1980-03-14", date(1980, 3, 14)), ("14/03/1980", date(1980, 3, 14)), ("14.3.80", date(1980, 3, 14)), ("14 mars 1980", date(1980, 3, 14)),
        ("1er août 1975", date(1975, 8, 1)), ("1980-03-14 00:00:00", date(1980, 3, 14)), ("1980-03-14T10:00:00+02:00", date(1980, 3, 14)),
        ("29294", date(1980, 3, 14)), ("19800314", date(1980, 3, 14)), ("03/02/05", date(2005, 2, 3)),
        ("31/02/1980", None), ("14/03/2030", None), ("14/03/1850", None), ("hier", None),
    ],
)  # fmt: skip
def test_dates_of_birth(text: str, born: date | None) -> None:
    assert parse_dates(pl.Series([text]), order="dmy", today=TODAY).to_list() == [born]


def test_american_dates_need_a_proof() -> None:
    assert guess_order(pl.Series(["01/02/1980", "03/04/1990"])) == "dmy"
    assert guess_order(pl.Series(["01/02/1980", "12/31/1990"])) == "mdy"
    assert parse_dates(pl.Series(["12/31/1990"]), order="mdy", today=TODAY).to_list() == [date(1990, 12, 31)]


@pytest.mark.parametrize(
    ("target", "text", "field", "value", "kinds"),
    [
        ("last_name", "  DE LA TOUR ", "last_name", "De La Tour", []),
        ("last_name", "'t Hooft", "last_name", "'t Hooft", []),
        ("first_name", '=HYPERLINK("http://x","Hugo")', "first_name", "Hugo", ["formula_read"]),
        ("first_name", "=1+1", "first_name", None, ["not_a_name"]),
        ("postcode", "6400", "postcode", "06400", []),
        ("postcode", "F-75001", "postcode", "75001", []),
        ("postcode", "ABCDE", "postcode", None, ["bad_postcode"]),
        ("support_level", "6", "support_level", None, ["bad_support_level"]),
        ("support_level", "4.0", "support_level", 4, []),
        ("gender", "Mme", "gender", "f", []),
        ("gender", "?!", "gender", None, ["bad_gender"]),
        ("tags", "a, b | c; a", "tags", ["a", "b", "c"], []),
        ("email_opt_in", "Oui", "email_ok", True, []),
        ("email_opt_in", "Unsubscribed", "email_ok", False, []),
        ("email_opt_in", "peut-être", "email_ok", None, ["bad_answer"]),
        ("do_not_contact", "true", "post_ok", False, []),
        ("unsubscribed_at", "2023-05-04T10:00:00+02:00", "email_ok", False, []),
        ("country", "Belgique", "country", "BE", []),
        ("note", "-", "note", None, []),
    ],
)
def test_values_are_cleaned_or_set_aside(target: str, text: str, field: str, value: object, kinds: list[str]) -> None:
    row, found = normalized(target, text)
    assert (row[field], found) == (value, kinds)


def test_a_full_name_is_cut_in_two() -> None:
    for text in ("Maël Le Goff", "LE GOFF Maël", "Le Goff, Maël"):
        row, _kinds = normalized("full_name", text)
        assert (text, row["first_name"], row["last_name"]) == (text, "Maël", "Le Goff")


def test_several_addresses_in_one_cell_are_all_kept() -> None:
    row, kinds = normalized("note", "x", **{Target.EMAIL.value: "Ada <ADA@example.org>; ada@@broken"})
    assert (row["emails"], kinds) == (["a@example.org", "ada@example.org"], ["bad_email"])


@pytest.mark.parametrize(
    ("text", "addresses", "remarks"),
    [
        ("Jean Dupont <jd@ex.fr>", ["jd@ex.fr"], []), ('"Dupont, Jean" <jd@ex.fr>', ["jd@ex.fr"], []), ("jd@ex.fr (perso)", ["jd@ex.fr"], []),
        ("mailto:jd@ex.fr", ["jd@ex.fr"], []), ("E-mail : jd@ex.fr", ["jd@ex.fr"], []), ("perso : jd@ex.fr", ["jd@ex.fr"], []), ("Jean Dupont, jd@ex.fr", ["jd@ex.fr"], []),
        ("jd@ex.fr ou z@ex.fr", ["jd@ex.fr", "z@ex.fr"], []), ("jd@ex.fr et z@ex.fr", ["jd@ex.fr", "z@ex.fr"], []), ("jd@ex.fr z@ex.fr", ["jd@ex.fr", "z@ex.fr"], []),
        ("jd@ex.fr / z@ex.fr", ["jd@ex.fr", "z@ex.fr"], []), ("jd@ex.fr/z@ex.fr", ["jd@ex.fr", "z@ex.fr"], []), ("jd@ex.fr;z@ex.fr,", ["jd@ex.fr", "z@ex.fr"], []),
        ("jd@ex.fr|z@ex.fr", ["jd@ex.fr", "z@ex.fr"], []), ("jd@ex.fr\nz@ex.fr", ["jd@ex.fr", "z@ex.fr"], []), ("s/d@ex.fr", ["s/d@ex.fr"], []),
        ("jean dupont@ex.fr", [], ["jean dupont@ex.fr"]), ("q r@ex.fr", [], ["q r@ex.fr"]), ("jean\u00a0dupont@ex.fr", [], ["jean dupont@ex.fr"]),
        ("pas d'adresse voir@ex.fr", [], ["pas d'adresse voir@ex.fr"]), ("jean dupont@ex.fr ; z@ex.fr", ["z@ex.fr"], ["jean dupont@ex.fr"]),
        ("jean,dupont@ex.fr", [], ["jean,dupont@ex.fr"]), ("<jean,dupont@ex.fr>", [], ["jean,dupont@ex.fr"]), ("Dupont|jd@ex.fr", ["jd@ex.fr"], []), ("jean;dupont@ex.fr", [], ["jean;dupont@ex.fr"]), ("jean:dupont@ex.fr", [], ["jean:dupont@ex.fr"]),
        ("jean.dupont @ex.fr", [], ["jean.dupont @ex.fr"]), ("pas d'adresse", [], ["pas d'adresse"]),
    ],
)  # fmt: skip
def test_nobody_gets_the_address_of_somebody_else(text: str, addresses: list[str], remarks: list[str]) -> None:
    found, bad = read_emails(pl.Series([2]), pl.Series([text]))
    assert (found.to_list(), bad["part"].to_list()) == ([addresses], remarks)


def test_two_people_on_one_line_are_set_aside() -> None:
    _row, kinds = normalized("first_name", "Yves et Annie")
    assert kinds == ["two_people"]
