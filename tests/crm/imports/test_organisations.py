"""Rows that are organisations: they go among the organisations, and never among people."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from crm.imports import services
from crm.imports.mapping import as_mapping, guess_mapping
from crm.imports.models import Import
from crm.imports.rejected import rejected_lines
from crm.imports.running import run_import
from crm.imports.trying import ask_trial, try_import
from crm.imports.undoing import undo_import
from crm.people.models import Person
from crm.relations.models import Affiliation, Organisation
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, queued, received, remarks

HEADER = "nationbuilder_id,first_name,last_name,full_name,employer,email,mobile_number,primary_address1,primary_zip,primary_city,note,tag_list,signup_type"
ADA = "1,Ada,Roche,Ada Roche,apf france handicap,ada@example.org,,,,,,tract,0"
APF = "2,,,APF France handicap,,contact@apf.example,01 40 78 69 00,17 bd Blanqui,75013,Paris,Accueil le lundi,asso,1"
LYON = "3,,,APF France Handicap,,lyon@apf.example,,,69003,Lyon,,,organization"
UNNAMED = "4,,,,,perdu@example.org,,,,,,,1"


def file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


def told() -> list[tuple[str, ...]]:
    return sorted(Organisation.objects.values_list("name", "email", "phone", "street", "postcode", "city", "note"))


PARIS_ROW = ("APF France handicap", "contact@apf.example", "+33140786900", "17 bd Blanqui", "75013", "Paris", "Accueil le lundi")  # fmt: skip
LYON_ROW = ("APF France Handicap", "lyon@apf.example", "", "", "69003", "Lyon", "")


def test_the_full_name_is_the_organisations_where_rows_may_be_some() -> None:
    columns = HEADER.split(",")
    mapping = as_mapping(guess_mapping(columns, [ADA.split(","), APF.split(",")]))
    assert mapping[str(columns.index("signup_type"))] == "organisation"
    assert mapping[str(columns.index("full_name"))] == "organisation_name"
    people_only = guess_mapping(columns[:-1], [ADA.split(",")[:-1]])
    assert people_only[columns.index("full_name")].confidence == "repeated"


@pytest.mark.usefixtures("_small_chunks")
def test_organisations_are_made_counted_and_not_made_twice(tenant: TenantFacts, now: datetime) -> None:
    run = imported("nation.csv", now, file(ADA, APF, LYON, UNNAMED))
    assert counts(run) == {"read": 4, "created": 1, "rejected": 1}
    assert run.organisations == 2
    assert told() == [LYON_ROW, PARIS_ROW]
    assert list(Person.objects.values_list("first_name", "last_name")) == [("Ada", "Roche")]
    assert not Affiliation.objects.exists()  # two are called like her employer
    assert [(line, kind) for line, _level, kind, _value in remarks(run)] == [
        (2, "employer_unclear"),
        (5, "organisation_nameless"),
    ]
    row = "".join(rejected_lines(run)).splitlines()[1]
    assert row.startswith("4,,,,,perdu@example.org")
    assert (run.organisations_made, run.organisations_completed) == (2, 0)
    again = imported("nation.csv", now, file(ADA, APF, LYON, UNNAMED))
    assert counts(again) == {"read": 4, "unchanged": 1, "rejected": 1}
    assert (again.organisations, again.organisations_made, again.organisations_completed) == (2, 0, 0)
    assert told() == [LYON_ROW, PARIS_ROW]


def test_whoever_works_there_is_tied_to_it(tenant: TenantFacts, now: datetime) -> None:
    imported("nation.csv", now, file(ADA, APF))
    assert Affiliation.objects.get().organisation.email == "contact@apf.example"
    assert told() == [PARIS_ROW]


def test_they_go_with_the_import_unless_somebody_touched_them(tenant: TenantFacts, office: Any, now: datetime) -> None:
    run = imported("nation.csv", now, file(ADA, APF, LYON))
    Organisation.objects.filter(postcode="69003").update(
        note="Vu le 3", updated_at=datetime.fromisoformat("2027-01-01T00:00Z")
    )
    services.ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    assert [row[4] for row in told()] == ["69003"]
    assert not Person.objects.exists()
    page = " ".join(office.get(reverse("imports:report", args=[run.pk])).content.decode().split())
    assert "1 organisation retirée." in page


def test_a_chunk_that_is_written_again_makes_none_twice(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued("nation.csv", now, file(ADA, APF))

    def killed(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("crm.imports.running._commit", killed)
        with pytest.raises(KeyboardInterrupt):
            run_import(import_id=run.pk, clock=lambda: now)
    assert told() == [PARIS_ROW]
    run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.organisations, counts(run)) == ("done", 1, {"read": 2, "created": 1})
    assert run.organisations_made == 1  # by the worker that was killed
    assert told() == [PARIS_ROW]


def test_the_check_and_the_dry_run_tell_them_apart(tenant: TenantFacts, office: Any, now: datetime) -> None:
    run = received("nation.csv", now, file(ADA, APF, LYON, UNNAMED))
    Import.objects.filter(pk=run.pk).update(source_type="former_tool", consent_wording="Des nouvelles.")
    page = " ".join(office.get(reverse("imports:check", args=[run.pk])).content.decode().split())
    assert "va dans vos organisations" in page
    assert "<dt>Organisations, pas des personnes</dt><dd>2</dd>" in page
    assert "Importer 3 lignes" in page
    assert not Organisation.objects.exists()
    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert {name: count for name, count in run.trial["counts"].items() if count} == {
        "created": 1,
        "organisations": 2,
        "rejected": 1,
    }
    assert not Organisation.objects.exists()
