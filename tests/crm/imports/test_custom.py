"""Columns of a file into the campaign's own fields."""

import time
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from crm.consent.entries import Source
from crm.fields.enums import FieldKind
from crm.fields.models import CustomField, FieldChoice
from crm.imports import services
from crm.imports.customs import guess_kind
from crm.imports.mapping import as_mapping, guess_mapping
from crm.imports.models import Import
from crm.imports.undoing import undo_import
from crm.people.models import Person, PersonChange
from crm.people.services import ContactData, capture
from tenants.facts import TenantFacts
from tests.crm.fields.making import choice, one_of_each
from tests.crm.imports.importing import counts, imported, received, remarks

HEADER = "email;Nom;Nom de scène;Affiches collées;Adhésion;Taille;Envies;A une voiture"
ADA = 'ada@example.org;Durand;"Zaz ""la Rouge"" \\ 1";1 234,5;31/12/2030;m;"Coller, Danser";oui'
BORIS = "boris@example.org;Petit;;12;2026-03-15;XL;Tracter|écrire;0"
CLO = "clo@example.org;Blanc;;douze;31/02/2020;;;peut-être"


def file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


def keys(fields: dict[str, CustomField]) -> dict[str, str]:
    return {kind: str(field.key) for kind, field in fields.items()}


def custom_of(email: str) -> dict[str, Any]:
    values: dict[str, Any] = Person.objects.get(email=email).custom
    return values


def test_each_kind_is_read_and_what_it_cannot_take_is_told(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    key = keys(fields)
    run = imported("champs.csv", now, file(ADA, BORIS, CLO))
    assert counts(run) == {"read": 3, "created": 3}
    wishes = fields["choices"]
    assert custom_of("ada@example.org") == {
        key["text"]: 'Zaz "la Rouge" \\ 1',
        key["number"]: 1234.5,
        key["date"]: "2030-12-31",
        key["choice"]: choice(fields["choice"], "M"),
        key["choices"]: sorted([choice(wishes, "Coller"), choice(wishes, "Danser")]),
        key["yes_no"]: True,
    }
    assert custom_of("boris@example.org") == {
        key["number"]: 12,
        key["date"]: "2026-03-15",
        key["choice"]: choice(fields["choice"], "XL"),
        key["choices"]: sorted([choice(wishes, "Tracter"), choice(wishes, "Écrire")]),
        key["yes_no"]: False,
    }
    assert custom_of("clo@example.org") == {}
    assert [(line, kind, value) for line, _level, kind, value in remarks(run)] == [
        (4, "bad_custom", "douze"),
        (4, "bad_custom", "31/02/2020"),
        (4, "bad_custom", "peut-être"),
    ]


def test_the_same_file_again_changes_nothing(tenant: TenantFacts, now: datetime) -> None:
    one_of_each()
    imported("champs.csv", now, file(ADA, BORIS))
    again = imported("champs.csv", now, file(ADA, BORIS))
    assert counts(again) == {"read": 2, "unchanged": 2}
    assert not PersonChange.objects.exists()


def known(now: datetime, **custom: Any) -> Person:
    contact = ContactData(email="ada@example.org", last_name="Durand", custom=custom)
    done = capture(contact=contact, kind="signed_up", source=Source("form", "form:1"), now=now)
    return Person.objects.get(pk=done.person_id)


@pytest.mark.parametrize(("existing", "number"), [("fill", 7), ("replace", 1234.5)])
def test_known_people_are_filled_in_or_replaced_and_given_back(
    tenant: TenantFacts, now: datetime, existing: str, number: float
) -> None:
    fields = one_of_each()
    key = keys(fields)
    person = known(now, **{key["number"]: 7, key["text"]: "Zoé"})
    run = imported("champs.csv", now, file("ada@example.org;Durand;;1 234,5;;;;oui"), existing=existing)
    assert counts(run) == {"read": 1, "updated": 1}
    person.refresh_from_db()
    assert person.custom == {key["number"]: number, key["text"]: "Zoé", key["yes_no"]: True}
    told = PersonChange.objects.get(person=person, source_kind="import").changes
    assert told[f"custom.{key['yes_no']}"] == [None, True]
    assert (f"custom.{key['number']}" in told) == (existing == "replace")
    person.custom = {**person.custom, key["text"]: "Zoé 2"}  # somebody writes another field meanwhile
    person.save(update_fields=["custom"])
    services.ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    person.refresh_from_db()
    assert person.custom == {key["number"]: 7, key["text"]: "Zoé 2"}


def test_lines_about_one_person_complete_each_other(tenant: TenantFacts, now: datetime) -> None:
    key = keys(one_of_each())
    run = imported(
        "champs.csv", now, file("ada@example.org;Durand;Zaz;;;;;", "ada@example.org;Durand;Zoé;3;;;;", BORIS)
    )
    assert counts(run) == {"read": 3, "created": 2, "merged": 1}
    assert custom_of("ada@example.org") == {key["text"]: "Zaz", key["number"]: 3}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["oui", "non", "Oui"], "yes_no"),
        (["1", "0", "1"], "yes_no"),
        (["1", "2", "1 200,50"], "number"),
        (["01", "02", "13"], "text"),
        (["2026-03-15", "31/12/2020"], "date"),
        (["Nord", "Sud", "nord"] * 9, "choice"),
        (["coller, tracter", "tracter", "coller"] * 9, "choices"),
        (["Nord", "Sud", "Est"], "text"),
        ([], "text"),
    ],
)
def test_kinds_are_guessed_from_values(values: list[str], kind: str) -> None:
    assert guess_kind(values) == kind


def test_a_field_is_made_from_a_column_on_the_way(tenant: TenantFacts, office: Any, now: datetime) -> None:
    rows = [f"p{number}@example.org;{('Nord', 'Sud')[number % 2]}" for number in range(12)]
    run = received("quartiers.csv", now, "\n".join(["email;quartier_referent", *rows]).encode())
    page = office.get(reverse("imports:columns", args=[run.pk]))
    assert 'value="new:choice"' in page.content.decode()
    told = {"name": "Quartiers", "column-0": "email", "column-1": "new:choice"}
    assert office.post(reverse("imports:columns", args=[run.pk]), told).status_code == 302
    field = CustomField.objects.get()
    assert (field.name, field.kind) == ("Quartier referent", "choice")
    run.refresh_from_db()
    assert run.mapping["1"] == f"field:{field.key}"
    Import.objects.filter(pk=run.pk).update(source_type="former_tool")
    assert office.get(reverse("imports:check", args=[run.pk])).status_code == 200
    assert not FieldChoice.objects.exists()  # a trial leaves nothing behind
    again = {"name": "Quartiers", "column-0": "email", "column-1": "new:text"}
    assert office.post(reverse("imports:columns", args=[run.pk]), again).status_code == 422


def test_two_columns_do_not_go_to_one_field(tenant: TenantFacts, office: Any, now: datetime) -> None:
    field = one_of_each()["text"]
    run = received("deux.csv", now, b"email;a;b\na@example.org;x;y\n")
    target = f"field:{field.key}"
    told = {"name": "Deux", "column-0": "email", "column-1": target, "column-2": target}
    page = office.post(reverse("imports:columns", args=[run.pk]), told)
    assert page.status_code == 422
    assert page.context["form"].errors["column-2"]


def test_nationbuilders_own_fields_stand_behind_its_columns() -> None:
    columns = [
        "nationbuilder_id",
        "email1",
        "twitter_id",
        "billing_zip",
        "memberships_expires_on",
        "mandat_local",
        "quartier",
    ]
    rows = [
        ["1", "a@example.org", "7", "13001", "2026-01-01", "", "Nord"],
        ["2", "b@example.org", "", "", "", "maire", "Sud"],
    ]
    found = as_mapping(guess_mapping(columns, rows, {"quartier": "field:101"}))
    assert found["5"] == "new:text"
    assert found["6"] == "field:101"
    assert "2" not in found
    assert found["4"] == "new:date"


@pytest.mark.parametrize("name", ["Religion", "origine"])
def test_forbidden_columns_become_no_field(name: str) -> None:
    [_email, guess] = guess_mapping(["email", name], [["a@example.org", "x"]])
    assert (guess.confidence, guess.kind, guess.own) == ("forbidden", "", "")


def test_a_value_of_a_million_spaces_does_not_hold_up_the_guess() -> None:
    values = ["rouge", "vert", "bleu"] * 40 + ["a" + " " * 1_000_000 + "b"]
    began = time.process_time()
    assert guess_kind(values) == FieldKind.CHOICE
    assert time.process_time() - began < 5
