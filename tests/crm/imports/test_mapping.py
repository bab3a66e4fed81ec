"""Columns find their place by name, by values, or not at all; never in silence."""

import pytest

from crm.imports.chunks import read_chunks
from crm.imports.mapping import ColumnGuess, as_mapping, guess_mapping
from crm.imports.sniffing import sniff_format
from tests.crm.imports.importing import FILES


def guesses(name: str) -> dict[str, ColumnGuess]:
    path = FILES / name
    found = sniff_format(path)
    table = next(iter(read_chunks(path, found, rows=300))).table
    return {guess.name: guess for guess in guess_mapping(found.columns, [list(row[1:]) for row in table.rows()])}


def targets(columns: list[str], *rows: list[str]) -> dict[str, str]:
    found = guess_mapping(columns, list(rows))
    return {columns[int(number)]: target for number, target in as_mapping(found).items()}


def test_the_columns_of_a_french_spreadsheet_are_all_recognized() -> None:
    assert {name: str(guess.target.value) for name, guess in guesses("excel-fr-cp1252.csv").items()} == {
        "Nom": "last_name",
        "Prénom": "first_name",
        "Adresse e-mail": "email",
        "Téléphone": "phone",
        "Date de naissance": "birth_date",
        "Adresse": "street",
        "CP": "postcode",
        "Ville": "city",
        "Profession": "occupation",
        "Centres d'intérêt": "tags",
        "Accepte e-mails": "email_opt_in",
        "Accepte SMS": "sms_opt_in",
        "Commentaire": "note",
    }


def test_the_long_header_of_nationbuilder_is_sorted_out() -> None:
    found = guesses("nationbuilder-people-export-full.csv")
    assert len(found) == 175
    for name, target in {
        "nationbuilder_id": "external_id",
        "email": "email",
        "email4": "email",
        "mobile_number": "phone",
        "tag_list": "tags",
        "unsubscribed_at": "unsubscribed_at",
        "do_not_call": "do_not_call",
        "is_mobile_bad": "phone_bad",
        "primary_zip": "postcode",
        "address_zip": "",
        "sex": "gender",
        "prefix": "",
        "donations_amount": "",
        "quartier_referent": "",
    }.items():
        assert (name, found[name].target.value) == (name, target)
    assert {name for name, guess in found.items() if guess.confidence == "forbidden"} == {
        "religion",
        "church",
        "ethnicity",
        "marital_status",
    }


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("VANID", "external_id"), ("Email Subscription Status", "email_opt_in"), ("SMS Opt-In Status", "sms_opt_in"), ("Activist Code", "tags"),
        ("Address Line 1", "street"), ("can2_user_tags", ""), ("can2_phone", "phone"), ("Email Address", "email"), ("Zip/Postal Code", "postcode"),
        ("NOM D'USAGE", "last_name"), ("N° tel", "phone"), ("Né(e) le", "birth_date"), ("COURRIEL", "email"), ("Civilité", "gender"),
    ],
)  # fmt: skip
def test_headers_of_other_tools_are_known(header: str, target: str) -> None:
    assert targets([header, "x"], ["", ""]).get(header, "") == target


def test_columns_without_a_name_are_known_by_their_values() -> None:
    assert targets(
        ["#1", "#2", "#3", "#4", "#5", "#6"],
        ["jean@example.org", "Jean", "Martin", "13001", "Marseille", "14/03/1980"],
        ["lea@example.org", "Léa", "Petit", "69001", "Lyon", "02/12/1971"],
    ) == {"#1": "email", "#2": "first_name", "#3": "last_name", "#4": "postcode", "#5": "city", "#6": "birth_date"}


def test_a_name_that_its_values_deny_is_doubtful() -> None:
    [guess] = guess_mapping(["Mail"], [["oui"], ["non"], ["oui"]])
    assert (guess.target, guess.confidence) == ("email", "doubtful")


def test_of_two_columns_for_one_place_the_fuller_goes() -> None:
    assert targets(["sex", "gender"], ["", "F"], ["", "M"]) == {"gender": "gender"}
