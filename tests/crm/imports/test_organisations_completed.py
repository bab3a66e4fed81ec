"""Organisations that are known: a file adds tags and what is missing, by the rules of its columns, and gives it back."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.urls import reverse

from crm.consent.services import Source
from crm.imports import services
from crm.imports.brought import write_organisations
from crm.imports.mapping import ColumnGuess, as_mapping, guess_mapping
from crm.imports.models import Import, ImportedOrganisation
from crm.imports.running import rules_for
from crm.imports.undoing import undo_import
from crm.imports.watching import purge_import
from crm.people.models import Tag
from crm.people.tagging import ensure_tags
from crm.relations.bringing import TEXTS
from crm.relations.merging import merge_organisations
from crm.relations.models import Organisation
from crm.relations.services import save_organisation
from crm.relations.tagging import tag_organisation
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, remarks

HEADER = "nationbuilder_id,first_name,last_name,full_name,email,phone_number,website,note,primary_address1,primary_zip,primary_city,tag_list,signup_type"
NUMBERS = {name: str(number) for number, name in enumerate(HEADER.split(","))}
ADA = "1,Ada,Roche,Ada Roche,ada@example.org,,pas un site,,,,,tract,0"
PORT = '2,,,Atelier du port,port@example.org,04 91 00 00 00,port.example.org,Prête sa salle,2 quai du Port,13002,Marseille,"salle, culture",1'
TEAM = Source("office", "test", 1)
LATER = timedelta(hours=1)
BROUGHT = {
    "email": "port@example.org",
    "phone": "+33491000000",
    "website": "https://port.example.org",
    "street": "2 quai du Port",
    "postcode": "13002",
    "city": "Marseille",
    "note": "Prête sa salle",
}
NOTHING = dict.fromkeys(BROUGHT, "")


def file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


def known(now: datetime, *tags: str, **values: str) -> Organisation:
    told = {"name": "ATELIER DU PORT", **values}
    one = save_organisation(organisation=None, values=told, source=TEAM, now=now - timedelta(days=9))
    tag_organisation(organisation=one, names=tags, now=now - timedelta(days=8))
    return one


def told(one: Organisation) -> tuple[dict[str, str], list[str]]:
    one.refresh_from_db()
    names = dict(Tag.objects.values_list("pk", "name"))
    return {name: getattr(one, name) for name in TEXTS}, sorted(names[pk] for pk in one.tag_ids)


def brought(run: Import) -> tuple[int, int]:
    return run.organisations_made, run.organisations_completed


def undone(run: Import, now: datetime) -> Import:
    services.ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    return run


def test_tags_and_website_come_with_a_new_one(tenant: TenantFacts, now: datetime) -> None:
    run = imported("nation.csv", now, file(ADA, PORT), tags=["Reprise"])
    one = Organisation.objects.get()
    assert told(one) == (BROUGHT, ["Reprise", "culture", "salle"])
    assert brought(run) == (1, 0)
    assert one.updated_at == one.created_at == now
    assert remarks(run) == []  # of people, websites are not read


@pytest.mark.parametrize("field", ["", "website", "web site"])
def test_the_column_of_websites_is_recognised_where_there_are_organisations(field: str) -> None:
    columns = HEADER.replace("website", field or "website").split(",")
    rows = [ADA.split(","), PORT.replace('"salle, culture"', "salle").split(",")]

    def website(found: list[ColumnGuess]) -> str:
        return as_mapping(found).get(NUMBERS["website"], "")

    assert website(guess_mapping(columns, rows)) == "website"
    assert website(guess_mapping(columns, rows, {"website": "field:3", "web site": "field:3"})) == "field:3"
    people_only = guess_mapping(columns[:-1], [row[:-1] for row in rows])
    assert website(people_only) == ""


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "voir Facebook", "contact@port.example"])
def test_what_is_no_website_is_told_and_left(tenant: TenantFacts, now: datetime, typed: str) -> None:
    run = imported("nation.csv", now, file(PORT.replace("port.example.org,Pr", f"{typed},Pr")))
    assert Organisation.objects.get().website == ""
    assert remarks(run) == [(2, "warning", "bad_website", typed)]


def test_one_that_is_known_is_completed_once(tenant: TenantFacts, office: Any, now: datetime) -> None:
    one = known(now, "ancien")
    run = imported("nation.csv", now, file(ADA, PORT))
    assert told(one) == (BROUGHT, ["ancien", "culture", "salle"])
    assert (one.name, one.source_kind, one.updated_at) == ("ATELIER DU PORT", "office", now)
    assert brought(run) == (0, 1)
    page = " ".join(office.get(reverse("imports:report", args=[run.pk])).content.decode().split())
    assert "0 organisation ajoutée. 1 organisation connue complétée." in page

    again = imported("nation.csv", now + LATER, file(ADA, PORT))
    assert brought(again) == (0, 0)
    one.refresh_from_db()
    assert one.updated_at == now
    assert Organisation.objects.count() == 1


def test_what_the_team_wrote_stays(tenant: TenantFacts, now: datetime) -> None:
    theirs = {
        "email": "nous@port.example",
        "phone": "+33491111111",
        "website": "https://nous.example",
        "street": "1 rue Neuve",
        "note": "Fermé en août.",
    }
    one = known(now, **theirs)
    imported("nation.csv", now, file(PORT))
    place = {"postcode": "", "city": ""}  # the file's town is another street's
    note = "Fermé en août.\n\nPrête sa salle"
    assert told(one) == ({**theirs, **place, "note": note}, ["culture", "salle"])
    imported("nation.csv", now + LATER, file(PORT))
    assert told(one)[0]["note"] == note


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"postcode": "13002"}, {name: BROUGHT[name] for name in ("street", "postcode", "city")}),
        ({"city": "MARSEILLE"}, {"street": "2 quai du Port", "postcode": "13002", "city": "MARSEILLE"}),
        ({"city": "Aubagne"}, {"street": "", "postcode": "", "city": "Aubagne"}),
    ],
)
def test_an_address_is_completed_and_never_mixed(
    tenant: TenantFacts, now: datetime, before: dict[str, str], after: dict[str, str]
) -> None:
    one = known(now, **before)
    imported("nation.csv", now, file(PORT))
    values, _tags = told(one)
    assert {name: values[name] for name in after} == after


THEIRS = {
    "email": "nous@port.example",
    "phone": "+33491111111",
    "website": "https://nous.example",
    "street": "1 rue Neuve",
    "postcode": "13002",
    "city": "Marseille",
    "note": "Fermé en août.",
}


@pytest.mark.parametrize(
    ("rule", "values", "tags"),
    [
        ("keep", THEIRS, ["ancien"]),
        ("fill", THEIRS, ["ancien"]),
        ("replace", {**BROUGHT, "note": "Fermé en août.\n\nPrête sa salle"}, ["ancien", "culture", "salle"]),
    ],
)
def test_each_column_has_its_rule(
    tenant: TenantFacts, now: datetime, rule: str, values: dict[str, str], tags: list[str]
) -> None:
    one = known(now, "ancien", **THEIRS)
    columns = ("email", "phone_number", "website", "primary_address1", "tag_list")
    rules = {NUMBERS[name]: rule for name in columns}
    if rule != "replace":  # notes are never replaced
        rules[NUMBERS["note"]] = rule
    run = imported("nation.csv", now, file(PORT), rules=rules)
    assert told(one) == (values, tags)
    assert brought(run) == (0, int(rule == "replace"))
    imported("nation.csv", now + LATER, file(PORT), rules=rules)
    assert told(one) == (values, tags)


def test_what_is_kept_stays_empty_but_the_imports_own_tags_are_put(tenant: TenantFacts, now: datetime) -> None:
    one = known(now)
    columns = ("email", "phone_number", "website", "primary_address1", "note", "tag_list")
    rules = {NUMBERS[name]: "keep" for name in columns}
    imported("nation.csv", now, file(PORT), rules=rules, tags=["Reprise"])
    assert told(one) == (NOTHING, ["Reprise"])


def test_several_rows_are_one_organisation(tenant: TenantFacts, now: datetime) -> None:
    more = "3,,,atelier du Port,autre@example.org,,https://autre.example,,,13002,,sport,1"
    first = "2,,,Atelier du port,,,,Une note,,13002,,salle,1"
    run = imported("nation.csv", now, file(first, more, PORT))
    one = Organisation.objects.get()
    values, tags = told(one)
    assert tags == ["culture", "salle", "sport"]
    assert values == {
        **BROUGHT,
        "email": "autre@example.org",
        "website": "https://autre.example",
        "note": "Une note",
        "street": "",  # the first row that tells of a place tells less
        "city": "",
    }
    assert brought(run) == (1, 0)
    assert one.updated_at == one.created_at
    again = imported("nation.csv", now + LATER, file(first, more, PORT))
    assert brought(again) == (0, 0)


@pytest.mark.usefixtures("_small_chunks")
def test_rows_in_other_chunks_complete_what_the_import_made(tenant: TenantFacts, now: datetime) -> None:
    first = "2,,,Atelier du port,,,,,,13002,,salle,1"
    lines = [first, *(ADA.replace("ada@", f"ada{number}@").replace("1,", f"{number + 10},", 1) for number in range(9))]
    run = imported("nation.csv", now, file(*lines, PORT))
    one = Organisation.objects.get()
    assert told(one) == (BROUGHT, ["culture", "salle"])
    assert brought(run) == (1, 0)
    undone(run, now + LATER)
    assert not Organisation.objects.exists()


def test_who_may_be_several_is_left_alone(tenant: TenantFacts, now: datetime) -> None:
    """Rows of two towns for one without a town; a row without a town for two."""
    nowhere = known(now, name="APF")
    towns = [known(now, name="Secours", postcode=postcode) for postcode in ("13001", "69001")]
    rows = [
        f"{number},,,{name},{number}@example.org,,,,,{postcode},,asso,1"
        for number, (name, postcode) in enumerate([("APF", "75013"), ("APF", "69003"), ("Secours", "")], 5)
    ]
    run = imported("nation.csv", now, file(*rows))
    assert brought(run) == (0, 0)
    assert [told(one) for one in (nowhere, *towns)] == [
        (NOTHING, []),
        ({**NOTHING, "postcode": "13001"}, []),
        ({**NOTHING, "postcode": "69001"}, []),
    ]


def test_the_town_tells_two_of_one_name_apart(tenant: TenantFacts, now: datetime) -> None:
    lyon = known(now, postcode="69001")
    marseille = known(now, postcode="13002")
    imported("nation.csv", now, file(PORT))
    assert (told(lyon)[1], told(marseille)[1]) == ([], ["culture", "salle"])


def test_one_that_was_merged_is_the_one_that_was_kept(tenant: TenantFacts, now: datetime) -> None:
    kept, merged = known(now, name="Atelier"), known(now)
    merge_organisations(keep=kept, duplicate=merged, source=TEAM, now=now)
    run = imported("nation.csv", now, file(PORT))
    assert told(kept) == (BROUGHT, ["culture", "salle"])
    assert told(merged) == (NOTHING, [])
    assert brought(run) == (0, 1)


# --- taken back -------------------------------------------------------------------------------------------------------
def test_undoing_gives_back_what_was_there(tenant: TenantFacts, office: Any, now: datetime) -> None:
    one = known(now, "ancien", "salle", email="nous@port.example", note="Fermé en août.")
    at = Organisation.objects.get().updated_at
    run = imported("nation.csv", now, file(ADA, PORT))
    undone(run, now + LATER)
    assert told(one) == ({**NOTHING, "email": "nous@port.example", "note": "Fermé en août."}, ["ancien", "salle"])
    assert one.updated_at == at
    assert not ImportedOrganisation.objects.exists()
    page = " ".join(office.get(reverse("imports:report", args=[run.pk])).content.decode().split())
    assert "1 organisation revenue à ses anciennes valeurs." in page


@pytest.mark.usefixtures("_small_chunks")
def test_what_was_changed_by_two_chunks_goes_back_to_what_stood_before_both(tenant: TenantFacts, now: datetime) -> None:
    one = known(now, website="https://nous.example")
    at = Organisation.objects.get().updated_at
    lines = [ADA.replace("ada@", f"ada{number}@").replace("1,", f"{number + 10},", 1) for number in range(9)]
    first = PORT.replace(",port.example.org", ",avant.example")
    run = imported("nation.csv", now, file(first, *lines, PORT), rules={NUMBERS["website"]: "replace"})
    assert told(one)[0]["website"] == "https://port.example.org"
    assert brought(run) == (0, 1)
    undone(run, now + LATER)
    assert told(one) == ({**NOTHING, "website": "https://nous.example"}, [])
    assert one.updated_at == at


def test_undoing_leaves_what_was_changed_since(tenant: TenantFacts, now: datetime) -> None:
    one = known(now)
    run = imported("nation.csv", now, file(PORT))
    changed = {"phone": "+33491111111", "city": "Marseille 2e"}
    save_organisation(organisation=one, values=changed, source=TEAM, now=now + LATER)
    tag_organisation(organisation=one, names=["presse"], now=now + LATER)
    undone(run, now + 2 * LATER)
    place = {name: BROUGHT[name] for name in ("street", "postcode")}
    assert told(one) == ({**NOTHING, **place, **changed}, ["presse"])
    assert run.undo_counts["fields_kept"] == 2
    assert one.updated_at == now + 2 * LATER


def test_two_imports_are_undone_in_whatever_order(tenant: TenantFacts, now: datetime) -> None:
    first = imported("one.csv", now, file("2,,,Atelier du port,,,,,,13002,,salle,1"))
    second = imported("two.csv", now + LATER, file(PORT))
    assert (brought(first), brought(second)) == ((1, 0), (0, 1))
    undone(second, now + 2 * LATER)
    assert told(Organisation.objects.get()) == ({**NOTHING, "postcode": "13002"}, ["salle"])
    undone(first, now + 3 * LATER)
    assert not Organisation.objects.exists()


def test_a_purge_keeps_the_counts_only(tenant: TenantFacts, now: datetime) -> None:
    known(now)
    run = imported("nation.csv", now, file(PORT))
    assert ImportedOrganisation.objects.exists()
    purge_import(import_id=run.pk, now=now + timedelta(days=31))
    assert not ImportedOrganisation.objects.exists()
    run.refresh_from_db()
    assert brought(run) == (0, 1)


def test_a_chunk_takes_few_statements(tenant: TenantFacts, now: datetime, django_assert_max_num_queries: Any) -> None:
    ensure_tags(["salle"])
    run = imported("nation.csv", now, file(ADA))
    rows = pl.DataFrame(
        [{"line": n, "name": f"Asso {n}", **NOTHING, "tags": ["salle", f"t{n % 7}"]} for n in range(500)]
    )
    with django_assert_max_num_queries(8):
        write_organisations(rows, rules_for(run, now))
    assert Organisation.objects.count() == 500
