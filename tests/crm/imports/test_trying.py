"""What an import would change is told before it does, column by column, and trying writes nothing."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.fields.enums import FieldKind
from crm.fields.services import make_field
from crm.imports.differences import Difference
from crm.imports.models import Import, ImportBatch, UpdatedPerson
from crm.imports.previewing import preview_import
from crm.imports.services import choose_columns
from crm.imports.trying import ask_trial, trial_percent, try_import
from crm.people.models import Activity, EmailAddress, Person, PersonChange, Tag
from tenants.facts import TenantFacts
from tests.crm.imports.importing import CHOICES, imported, received

COLUMNS = "email,prenom,profession,adresse,code postal,ville,portable,tags,note\n"
BEFORE = COLUMNS + "ada@example.org,Ada,Maçonne,1 rue de Rome,13001,Marseille,,climat,\nbob@example.org,Bob,,,,,,,\n"
AFTER = COLUMNS + (
    "ada@example.org,Ada,Menuisière,8 rue Paradis,13006,Marseille,0612345602,logement,Bonsoir\n"
    "bob@example.org,Bob,Boulanger,,,,,,\nzoe@example.org,Zoé,,,,,,,\nsans-adresse,,,,,,,,\n"
)


def draft(now: datetime, content: str = AFTER, **choices: Any) -> Import:
    run = received("apres.csv", now, content.encode())
    for name, value in {**CHOICES, "state": "draft", "existing": "replace", **choices}.items():
        setattr(run, name, value)
    run.save()
    return run


def test_the_preview_tells_what_changes_in_each_column(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, BEFORE.encode())

    preview = preview_import(draft(now), now=now)
    found = {difference.label: difference for difference in preview.differences}

    assert {row.name: "occupation" in row.changes for row in preview.rows if row.outcome == "updated"} == {
        "Ada": True,
        "Bob": True,
    }

    assert found["Profession"] == Difference("Profession", 2, (("Maçonne", "Menuisière"), ("", "Boulanger")))
    assert (found["Téléphone"].samples, found["Étiquettes"].samples, found["Note"].samples) == (
        (("", "+33612345602"),),
        (("", "logement"),),
        (("", "Bonsoir"),),
    )
    assert found["Adresse (numéro et voie)"].samples == (("1 rue de Rome", "8 rue Paradis"),)
    assert found["Code postal"].samples == (("13001", "13006"),)
    assert "Prénom" not in found


def test_a_language_that_changes_is_told(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, b"email,langue\nada@example.org,\n")
    run = draft(now, "email,langue\nada@example.org,anglais\n")
    assert preview_import(run, now=now).differences == (Difference("Langue", 1, (("fr", "en"),)),)


def test_rules_of_columns_show_in_the_differences(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, BEFORE.encode())
    run = draft(now, rules={"2": "fill", "7": "keep"})

    found = {difference.label: difference.count for difference in preview_import(run, now=now).differences}

    assert (found["Profession"], "Étiquettes" in found) == (1, False)


def test_own_fields_are_told_by_their_names(tenant: TenantFacts, now: datetime) -> None:
    field = make_field(name="Club", kind=FieldKind.TEXT)
    mapping = {"0": "email", "1": f"field:{field.key}"}
    imported("avant.csv", now, b"email,club\nada@example.org,Lyon\n", mapping=mapping)
    run = draft(now, "email,club\nada@example.org,Nice\n", mapping=mapping)

    assert preview_import(run, now=now).differences == (Difference("Club", 1, (("Lyon", "Nice"),)),)


def test_a_dry_run_tells_what_the_import_then_does(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, BEFORE.encode())
    before = _everything()
    run = draft(now)

    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert (run.state, run.trial["state"], run.trial["rows"]) == ("draft", "done", 4)
    assert run.trial["counts"] == {
        "created": 1,
        "updated": 2,
        "unchanged": 0,
        "merged": 0,
        "organisations": 0,
        "rejected": 1,
    }
    assert run.trial["columns"]["occupation"] == [2, [["Maçonne", "Menuisière"], ["", "Boulanger"]]]
    assert _everything() == before
    done = imported("apres.csv", now, AFTER.encode(), existing="replace")
    assert (done.created, done.updated, done.rejected) == (1, 2, 1)


@pytest.mark.usefixtures("_small_chunks")
def test_a_dry_run_of_several_chunks_adds_them_up(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, BEFORE.encode())
    run = draft(now)
    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.trial["counts"]["updated"] == 2
    assert run.trial["columns"]["occupation"][0] == 2


@pytest.mark.usefixtures("_small_chunks")
def test_a_dry_run_says_how_far_it_is(office: Client, now: datetime) -> None:
    run = draft(now)
    ask_trial(import_id=run.pk, now=now)
    told: list[int] = []

    def clock() -> datetime:
        told.append(trial_percent(run))
        return now

    try_import(import_id=run.pk, clock=clock)

    assert (told[0], told == sorted(told), len(set(told)) > 3, trial_percent(run)) == (0, True, True, 100)
    run.trial = {"state": "running", "asked_at": timezone.now().isoformat()}
    run.save()
    assert 'aria-valuenow="100"' in office.get(f"/bureau/imports/{run.pk}/essai/").content.decode()


def test_columns_chosen_anew_make_a_dry_run_worthless(tenant: TenantFacts, now: datetime) -> None:
    run = draft(now)
    ask_trial(import_id=run.pk, now=now)
    choose_columns(import_id=run.pk, name="", mapping=run.mapping, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.trial == {}


def test_the_dry_run_has_its_page(
    office: Client, run_tasks: None, django_capture_on_commit_callbacks: Any, now: datetime
) -> None:
    imported("avant.csv", now, BEFORE.encode())
    run = draft(now)
    page = f"/bureau/imports/{run.pk}/essai/"

    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(page)["Location"] == page

    answer = office.get(page)
    assert next(difference.label for difference in answer.context["differences"]) == "Profession"
    assert "Boulanger" in answer.content.decode()
    assert (Person.objects.count(), Import.objects.get(pk=run.pk).state) == (2, "draft")


def test_without_an_origin_nothing_is_tried(office: Client, now: datetime) -> None:
    run = draft(now, source_type="")
    assert office.post(f"/bureau/imports/{run.pk}/essai/")["Location"] == f"/bureau/imports/{run.pk}/origine/"


def _everything() -> list[Any]:
    people = list(Person.objects.order_by("pk").values())
    counted = (Activity, EmailAddress, PersonChange, Tag, ImportBatch, UpdatedPerson)
    return [people, *(model.objects.count() for model in counted)]
