"""Columns find their place by name, by values, or not at all; never in silence."""

import pytest
from django.utils.translation import override

from crm.imports.chunks import read_chunks
from crm.imports.enums import Target
from crm.imports.headers import NAMES, squeeze
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
        "created_at": "joined_on",
        "updated_at": "",
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
        ("Address Line 1", "street"), ("can2_user_tags", "tags"), ("can2_phone", "phone"), ("Email Address", "email"), ("Zip/Postal Code", "postcode"),
        ("NOM D'USAGE", "last_name"), ("N° tel", "phone"), ("Né(e) le", "birth_date"), ("COURRIEL", "email"), ("Civilité", "gender"),
        ("Désabonné(e)", "unsubscribed_at"), ("Opt-out", "unsubscribed_at"), ("Refus appels", "do_not_call"),
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


# What a choice is called says what it does, where a column is not called so.
NO_NAMES = {
    Target.IGNORE: "nothing is taken from it",
    Target.TAG_IF_YES: "the column bears the name of the tag",
    Target.ORGANISATION_NAME: "only where another column says which lines are organisations",
    Target.WEBSITE: "likewise",
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_column_called_as_its_place_is_called_goes_there(language: str) -> None:
    with override(language):
        places = {str(target.label): target.value for target in Target if target not in NO_NAMES}
    assert {name: targets([name], [""]).get(name) for name in places} == places


@pytest.mark.parametrize(
    "name", ["INSEE", "Code INSEE", "code_commune", "Code INSEE de la commune", "INSEE code of the commune"]
)
def test_a_communes_number_is_no_postcode_though_it_looks_like_one(name: str) -> None:
    columns, rows = ["Nom", name, "Ville"], [["Durand", "13201", "Marseille"], ["Petit", "69123", "Lyon"]]
    assert targets(columns, *rows) == {"Nom": "last_name", "Ville": "city"}


@pytest.mark.parametrize("name", ["fax_number", "work_fax_number", "Fax", "Numéro de fax", "Télécopie"])
def test_nobody_is_called_on_a_fax(name: str) -> None:
    assert targets(["Nom", name], ["Durand", "0491000001"], ["Petit", "0491000002"]) == {"Nom": "last_name"}


def test_a_name_that_its_values_deny_is_doubtful() -> None:
    [guess] = guess_mapping(["Mail"], [["oui"], ["non"], ["oui"]])
    assert (guess.target, guess.confidence) == ("email", "doubtful")


def test_of_two_columns_for_one_place_the_fuller_goes() -> None:
    assert targets(["sex", "gender"], ["", "F"], ["", "M"]) == {"gender": "gender"}


TOOLS = {
    "action-network.csv": {
        "uuid": "external_id", "first_name": "first_name", "last_name": "last_name", "email": "email", "zip_code": "postcode",
        "can2_user_address": "street", "can2_user_city": "city", "country": "country", "can2_phone": "phone", "can2_user_tags": "tags",
        "can2_subscription_status": "email_opt_in", "can2_sms_status": "sms_opt_in", "can2_subscription_date": "joined_on",
    },
    "everyaction.csv": {
        "VANID": "external_id", "LastName": "last_name", "FirstName": "first_name", "PreferredEmail": "email", "CellPhone": "phone",
        "Email Subscription Status": "email_opt_in", "SMS Opt-In Status": "sms_opt_in", "Address Line 1": "street", "City": "city",
        "Zip/Postal": "postcode", "Country": "country", "DOB": "birth_date", "Sex": "gender", "Activist Code": "tags", "Do Not Call": "do_not_call",
    },
    "mailchimp.csv": {
        "Email Address": "email", "First Name": "first_name", "Last Name": "last_name", "Address": "street", "Phone Number": "phone",
        "UNSUB_TIME": "unsubscribed_at", "EUID": "external_id", "NOTES": "note", "TAGS": "tags", "OPTIN_TIME": "joined_on",
        "CONFIRM_TIME": "joined_on",
    },
    "mailchimp-cleaned.csv": {
        "Email Address": "email", "First Name": "first_name", "Last Name": "last_name", "CLEAN_TIME": "email_bad", "EUID": "external_id", "TAGS": "tags",
        "OPTIN_TIME": "joined_on",
    },
    "brevo.csv": {
        "CONTACT ID": "external_id", "EMAIL": "email", "FIRSTNAME": "first_name", "LASTNAME": "last_name", "SMS": "phone", "WHATSAPP": "phone",
        "LANDLINE_NUMBER": "phone", "INTERESTS": "tags", "DOUBLE_OPT-IN": "email_opt_in", "ADDED_TIME": "joined_on",
    },
    "helloasso.csv": {
        "Nom adhérent": "last_name", "Prénom adhérent": "first_name", "Email payeur": "email", "Date de naissance": "birth_date",
        "Adresse : numéro et nom de rue": "street", "Code Postal": "postcode", "Ville": "city", "Téléphone": "phone", "Date de la commande": "joined_on",
    },
    "helloasso-dons.csv": {
        "Nom payeur": "last_name", "Prénom payeur": "first_name", "Email payeur": "email", "Adresse payeur": "street",
        "Code Postal payeur": "postcode", "Ville payeur": "city", "Pays payeur": "country", "Date de la commande": "joined_on",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", TOOLS)
def test_the_columns_of_other_tools_find_their_place(name: str) -> None:
    found = guesses(name)
    assert {column: guess.target.value for column, guess in found.items() if guess.target} == TOOLS[name]
    assert {guess.confidence for guess in found.values() if guess.target} == {"name"}


@pytest.mark.parametrize(("name", "column"), [("everyaction.csv", "MaritalStatus"), ("helloasso.csv", "Nationalité")])
def test_forbidden_columns_of_other_tools_are_refused(name: str, column: str) -> None:
    assert guesses(name)[column].confidence == "forbidden"


def test_a_column_called_sms_is_a_number_or_an_agreement_by_its_values() -> None:
    assert targets(["mail", "SMS"], ["a@b.fr", "+33612345678"], ["c@d.fr", ""])["SMS"] == "phone"
    assert targets(["mail", "SMS"], ["a@b.fr", "oui"], ["c@d.fr", "Non"])["SMS"] == "sms_opt_in"


def test_names_that_are_squeezed_still_mean_one_thing() -> None:
    meanings: dict[str, set[str]] = {}
    for target, names in NAMES.items():
        for name in names.split(","):
            meanings.setdefault(squeeze(name), set()).add(target)
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}
