"""Employers, recruiters and point persons of a file: found or made, never guessed, shown before they are written."""

from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.test import Client

from crm.imports import chunks, reading, trying
from crm.imports.mapping import guess_mapping
from crm.imports.models import Import, ImportBatch, UpdatedPerson
from crm.imports.previewing import preview_import
from crm.imports.running import run_import
from crm.imports.trying import ask_trial, try_import
from crm.imports.tying import write_ties
from crm.people.models import Activity, Person
from crm.relations.enums import OrganisationKind
from crm.relations.merging import merge_organisations
from crm.relations.models import Affiliation, Organisation, Relation
from crm.relations.services import (
    save_organisation,
)
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, received, remarks
from tests.crm.imports.ties import CHANGED, OFFICE, ROWS, employers, file, known, other, person


# --- what is written --------------------------------------------------------------------------------------------------
def test_ties_are_written_once_everybody_is_there(tenant: TenantFacts, now: datetime) -> None:
    run = imported("nb.csv", now, file(ROWS))

    assert counts(run) == {"read": 7, "created": 6, "merged": 1}
    assert [employers(name) for name in ("boris", "ada", "chloe", "dan", "eve")] == [
        ["Atelier du port"], ["Atelier du port"], ["Mairie de Lyon"], [], [],
    ]  # fmt: skip
    assert [other(name) for name in ("boris", "ada", "chloe", "dan", "eve")] == ["Ada", "", "Ada", "", ""]
    assert [other(name, "point_person") for name in ("boris", "chloe")] == ["Ada", "Boris"]
    assert sorted(Organisation.objects.values_list("name", "source_kind", "source_reference")) == [
        ("Atelier du port", "import", f"import:{run.pk}"), ("Mairie de Lyon", "import", f"import:{run.pk}"),
    ]  # fmt: skip
    told = [(line, kind, value) for line, level, kind, value in remarks(run) if level == "warning"]
    assert told == [(5, "no_employer", "Retired"), (5, "nobody_meant", "99, Zoé Inconnue"), (7, "tied_to_self", "5")]
    assert not ImportBatch.objects.exclude(ties=None).exists()
    assert not Activity.objects.exists()  # as for all that a file says of somebody new


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("employer", "employer"), ("Employer Name", "employer"), ("Employeur", "employer"), ("can2_employer", "employer"), ("Entreprise", "employer"),
        ("recruiter_id", "recruiter"), ("recruiter_name_or_email", "recruiter"), ("Recrutée par", "recruiter"), ("Marraine", "recruiter"),
        ("point_person_name_or_email", "point_person"), ("Personne référente", "point_person"), ("quartier_referent", ""), ("parent_id", ""),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(column: str, target: str) -> None:
    (guess,) = guess_mapping([column], [["Ada Roche"]])
    assert guess.target == target


def test_a_number_of_another_tool_means_nobody_here(tenant: TenantFacts, now: datetime) -> None:
    imported("autre-outil.csv", now, b"identifiant,email,prenom,nom\n12,zoe@example.org,Zo\xc3\xa9,Autre\n")
    rows = {"boris": "2,boris@example.org,Boris,Petit,,12,,", "chloe": "3,chloe@example.org,Chloé,Vidal,,2,Zoé Autre,"}

    run = imported("nb.csv", now, file(rows))

    assert (other("boris"), other("chloe")) == ("", "Zoé")  # the name unmasks number 2, who is Boris
    assert [row[2:] for row in remarks(run)] == [("nobody_meant", "12")]


def test_namesakes_are_not_guessed_at(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, b"email,prenom,nom\na1@example.org,Ada,Roche\na2@example.org,ada,ROCHE\n")

    run = imported(
        "b.csv",
        now,
        b"email,recruteur\nboris@example.org,Ada Roche\nchloe@example.org,Roche Ada <a2@example.org>\n",
    )

    assert [row[2:] for row in remarks(run)] == [("several_meant", "Ada Roche")]
    assert Relation.objects.get().other == person("a2")


def test_a_namesake_with_another_address_is_somebody_else(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, b"email,prenom,nom\nmarie@example.org,Marie,Martin\n")

    run = imported("b.csv", now, b"email,recruteur\nboris@example.org,Marie Martin <autre@example.org>\n")

    assert [row[2] for row in remarks(run)] == ["nobody_meant"]
    assert not Relation.objects.exists()


def test_organisations_of_one_name_are_not_guessed_at_and_a_merged_one_is_the_kept_one(
    tenant: TenantFacts, now: datetime
) -> None:
    for name in ("Port", "Pört", "Vieux nom", "Nouveau nom"):
        save_organisation(
            organisation=None, values={"name": name, "kind": OrganisationKind.COMPANY}, source=OFFICE, now=now
        )
    kept = Organisation.objects.get(name="Nouveau nom")
    merge_organisations(keep=kept, duplicate=Organisation.objects.get(name="Vieux nom"), source=OFFICE, now=now)

    run = imported("b.csv", now, b"email,employeur\nada@example.org,PORT\nboris@example.org,vieux  nom\n")

    assert [row[2:] for row in remarks(run)] == [("employer_unclear", "PORT")]
    assert Affiliation.objects.get().organisation == kept
    assert Organisation.objects.count() == 4


# --- people who are known ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "boris", "recruiter", "eve"),
    [
        ("keep", ["Atelier du port"], "Ada", []),
        ("fill", ["Atelier du port"], "Ada", ["Port autonome"]),
        ("replace", ["Port autonome"], "Chloé", ["Port autonome"]),
    ],
)
def test_each_rule(
    tenant: TenantFacts, now: datetime, rule: str, boris: list[str], recruiter: str, eve: list[str]
) -> None:
    known(now)
    run = imported("b.csv", now, CHANGED.encode(), rules={"1": rule, "2": rule})
    assert (employers("boris"), other("boris"), employers("eve")) == (boris, recruiter, eve)
    changed = {"keep": 0, "fill": 1, "replace": 2}[rule]
    assert (run.updated, run.unchanged) == (changed, 2 - changed)
    assert (
        Activity.objects.filter(kind="imported").count()
        == UpdatedPerson.objects.filter(import_run=run).count()
        == changed
    )


def test_an_employer_may_be_added(tenant: TenantFacts, now: datetime) -> None:
    known(now)
    imported("b.csv", now, CHANGED.encode(), rules={"1": "add"})
    assert employers("boris") == ["Atelier du port", "Port autonome"]


# --- before it is done ------------------------------------------------------------------------------------------------
def draft(now: datetime, content: bytes, **choices: Any) -> Import:
    run = received("b.csv", now, content)
    for name, value in {"source_type": "former_tool", "proof": "x", **choices}.items():
        setattr(run, name, value)
    run.save()
    return run


def test_the_preview_shows_ties_and_what_they_change(tenant: TenantFacts, now: datetime) -> None:
    known(now)
    preview = preview_import(draft(now, CHANGED.encode(), existing="replace"), now=now)

    assert [(row.outcome, row.facts, row.changes) for row in preview.rows] == [
        ("updated", ("Port autonome", "chloe@example.org"), ("recruiter", "employer")),
        ("updated", ("Port autonome", "ada@example.org"), ("recruiter", "employer")),
    ]
    assert [(one.count, one.samples) for one in preview.differences] == [
        (2, (("Atelier du port", "Port autonome"), ("", "Port autonome"))),
        (2, (("Ada Roche", "Chloé Vidal"), ("", "Ada Roche"))),
    ]
    assert not Organisation.objects.filter(name="Port autonome").exists()


def test_the_dry_run_knows_who_stands_below(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_chunks", partial(chunks.read_chunks, rows=2))
    run = draft(now, file(ROWS))
    ask_trial(import_id=run.pk, now=now)

    try_import(import_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert run.trial["kinds"] == {
        "merged:repeated": 1,
        "warning:no_employer": 1,
        "warning:nobody_meant": 1,
        "warning:tied_to_self": 1,
    }
    assert not Person.objects.exists()
    assert not Organisation.objects.exists()


def tried(run: Import, now: datetime) -> Any:
    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    return run.trial


def test_a_dry_run_takes_numbers_of_another_tool_for_nobody_too(tenant: TenantFacts, now: datetime) -> None:
    imported("autre-outil.csv", now, b"identifiant,email,prenom,nom\n12,zoe@example.org,Zo\xc3\xa9,Autre\n")
    rows = {
        "boris": "2,boris@example.org,Boris,Petit,,12,,",
        "chloe": "3,chloe@example.org,Chloé,Vidal,,2,Boris Petit,",
    }

    assert tried(draft(now, file(rows)), now)["kinds"] == {"warning:nobody_meant": 1}


@pytest.mark.usefixtures("_small_chunks")
def test_a_dry_run_holds_nobody_who_is_known(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(now)
    content = "email,prenom,employeur,recruteur\n" + "".join(
        f"{name}@example.org,Autre,Port autonome,neuve@example.org\n" for name in ("boris", "ada", "neuve", "eve")
    )
    before, seen = list(Person.objects.order_by("pk").values()), list[tuple[bool, int]]()

    def watched(*args: Any) -> Any:
        old = list(Person.objects.order_by("pk")[: len(before)].values())
        seen.append((old == before, Affiliation.objects.filter(organisation__name="Port autonome").count()))
        return write_ties(*args)

    monkeypatch.setattr(trying, "write_ties", watched)
    trial = tried(draft(now, content.encode(), existing="replace"), now)

    assert seen == [
        (True, 0),
        (True, 0),
    ]  # what a chunk changed is taken back before the next one, and its locks with it
    assert trial["counts"] == {
        "created": 1,
        "updated": 3,
        "unchanged": 0,
        "merged": 0,
        "organisations": 0,
        "rejected": 0,
    }
    assert (trial["columns"]["employer"][0], trial["columns"]["recruiter"][0]) == (3, 3)
    assert trial["kinds"]["warning:tied_to_self"] == 1


def test_screens_tell_of_ties(office: Client, tenant: TenantFacts, now: datetime) -> None:
    run = draft(now, file(ROWS))
    columns = office.get(f"/bureau/imports/{run.pk}/colonnes/").content.decode()
    assert "Recruteur" in columns
    check = office.get(f"/bureau/imports/{run.pk}/verification/").content.decode()
    assert "Atelier du port" in check
    Import.objects.filter(pk=run.pk).update(state="queued")
    run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.issue_counts.get("warning:nobody_meant")) == ("done", 1)
    assert "Recruteurs et référents inconnus" in office.get(f"/bureau/imports/{run.pk}/").content.decode()


def test_no_organisation_is_made_for_somebody_who_keeps_another(tenant: TenantFacts, now: datetime) -> None:
    known(now)
    before = Organisation.objects.count()
    imported("autre.csv", now, b"email,employeur\nboris@example.org,Port autonome\n", existing="fill")
    assert employers("boris") == ["Atelier du port"]
    assert Organisation.objects.count() == before
