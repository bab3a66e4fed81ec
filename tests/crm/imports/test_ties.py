"""Employers, recruiters and point persons of a file: found or made, never guessed, written once, and taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from crm.consent.entries import Source
from crm.imports import chunks, reading, running, trying
from crm.imports.mapping import guess_mapping
from crm.imports.models import Import, ImportBatch, UpdatedPerson
from crm.imports.normalizing import Normalizer
from crm.imports.previewing import preview_import
from crm.imports.running import run_import
from crm.imports.services import ask_undo, resume_import
from crm.imports.trying import ask_trial, try_import
from crm.imports.tying import tie_batch, waiting_batches, write_ties
from crm.imports.undoing import undo_import
from crm.imports.watching import purge_import
from crm.people.editing import ContactChanges, edit_person
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Activity, EmailAddress, Person
from crm.relations.enums import OrganisationKind
from crm.relations.merging import merge_organisations
from crm.relations.models import Affiliation, Organisation, Relation
from crm.relations.services import (
    affiliate_person,
    delete_organisation,
    end_affiliation,
    end_relation,
    relate_people,
    save_organisation,
)
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, queued, received, remarks, state_of_everything

OFFICE = Source(kind="office", reference="person")
HEADER = "nationbuilder_id,email,first_name,last_name,employer,recruiter_id,recruiter_name_or_email,point_person_name_or_email"
ROWS = {
    "boris, recruited by Ada who stands below": "2,boris@example.org,Boris,Petit,Atelier du port,1,Ada Roche,ada@example.org",
    "ada": "1,ada@example.org,Ada,Roche,ATELIER DU PORT,,,",
    "chloe, by a name": "3,chloe@example.org,Chloé,Vidal,Mairie de Lyon,,Roche Ada,Boris Petit",
    "dan, by nobody known": "4,dan@example.org,Dan,Leroy,Retired,99,Zoé Inconnue,",
    "dan again": "4,dan.leroy@example.org,Dan,Leroy,Mairie de Lyon,,boris@example.org,",
    "eve, by herself": "5,eve@example.org,Eve,Roux,,5,,",
    "flo, unchanged": "6,flo@example.org,Flo,Morel,Mairie de Lyon,,,",
}


def file(rows: dict[str, str]) -> bytes:
    return "\n".join([HEADER, *rows.values(), ""]).encode()


def person(name: str) -> Person:
    return Person.objects.get(emails__address=f"{name}@example.org")


def employers(name: str) -> list[str]:
    return list(Affiliation.objects.filter(person=person(name), kind="works").order_by("pk").values_list("organisation__name", flat=True))  # fmt: skip


def other(name: str, kind: str = "recruiter") -> str:
    return ",".join(Relation.objects.filter(person=person(name), kind=kind).order_by("pk").values_list("other__first_name", flat=True))  # fmt: skip


def undone(run: Import, now: datetime) -> Import:
    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.state == "undone"
    return run


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
def known(now: datetime) -> None:
    imported("nb.csv", now, file(ROWS))
    Activity.objects.all().delete()


CHANGED = "email,employeur,recruteur\nboris@example.org,Port autonome,chloe@example.org\neve@example.org,Port autonome,ada@example.org\n"


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


# --- taken back -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("existing", ["fill", "replace"])
def test_undoing_gives_ties_back(tenant: TenantFacts, now: datetime, existing: str) -> None:
    known(now)
    run = Import.objects.get()
    before = state_of_everything(run)

    undone(imported("b.csv", now, CHANGED.encode(), existing=existing), now)

    assert state_of_everything(run) == before
    assert Affiliation.objects.exclude(source_reference=f"import:{run.pk}").count() == 0


def test_undoing_the_only_import_leaves_nobody_and_no_organisation(tenant: TenantFacts, now: datetime) -> None:
    assert undone(imported("nb.csv", now, file(ROWS)), now).undo_counts["removed"] == 6
    assert not Person.objects.exists()
    assert not Organisation.objects.exists()


def test_undoing_leaves_what_the_team_noted_since(tenant: TenantFacts, now: datetime) -> None:
    known(now)
    run = imported("b.csv", now, CHANGED.encode(), existing="replace")
    relate_people(person=person("boris"), kind="recruiter", other=person("dan"), source=OFFICE, now=now)
    autonome = Organisation.objects.get(name="Port autonome")
    affiliate_person(
        person=person("boris"), organisation=autonome, kind="works", title="Docker", source=OFFICE, now=now
    )

    undone(run, now)

    assert (employers("boris"), other("boris"), employers("eve")) == (["Port autonome"], "Dan", [])


def tied_to_several(now: datetime) -> None:
    """Boris works at two places, and has two recruiters since two people were merged."""
    known(now)
    port = save_organisation(organisation=None, values={"name": "Port autonome"}, source=OFFICE, now=now)
    for organisation, title in ((Organisation.objects.get(name="Atelier du port"), "Docker"), (port, "")):
        affiliate_person(person=person("boris"), organisation=organisation, kind="works", title=title, source=OFFICE, now=now)  # fmt: skip
    Relation.objects.create(person=person("boris"), kind="recruiter", other=person("chloe"), created_at=now, source_kind="office")  # fmt: skip


def test_undoing_gives_back_what_stood_beside_the_one_that_the_file_names(tenant: TenantFacts, now: datetime) -> None:
    tied_to_several(now)
    before = state_of_everything(Import.objects.get())
    run = imported("b.csv", now, CHANGED.encode(), existing="replace")
    assert (employers("boris"), other("boris")) == (["Port autonome"], "Chloé")

    undone(run, now)

    after = state_of_everything(Import.objects.order_by("pk")[0])
    assert (after["employers"], after["related"]) == (before["employers"], before["related"])


def test_one_that_was_noted_since_is_newer_than_what_stood_beside(tenant: TenantFacts, now: datetime) -> None:
    tied_to_several(now)
    run = imported("b.csv", now, CHANGED.encode(), existing="replace")
    relate_people(person=person("boris"), kind="recruiter", other=person("dan"), source=OFFICE, now=now)

    undone(run, now)

    assert (sorted(employers("boris")), other("boris")) == (["Atelier du port", "Port autonome"], "Dan")


def test_a_function_that_was_noted_keeps_whom_the_file_brought(tenant: TenantFacts, now: datetime) -> None:
    run = imported("nb.csv", now, file(ROWS))
    mairie = Organisation.objects.get(name="Mairie de Lyon")
    affiliate_person(person=person("flo"), organisation=mairie, kind="works", title="Adjointe", source=OFFICE, now=now)

    assert undone(run, now).undo_counts["kept"] == 1
    assert Affiliation.objects.get().title == "Adjointe"


def test_whoever_recruited_somebody_from_elsewhere_stays(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, b"email,prenom\nzoe@example.org,Zoe\n")
    run = imported("nb.csv", now, file(ROWS))
    relate_people(person=person("zoe"), kind="recruiter", other=person("boris"), source=OFFICE, now=now)

    assert undone(run, now).undo_counts["kept"] == 1
    assert (other("zoe"), Person.objects.count()) == ("Boris", 2)


@pytest.mark.usefixtures("_small_chunks")
def test_a_recruiter_who_leaves_first_gives_way_to_the_one_whom_she_replaced(
    tenant: TenantFacts, now: datetime
) -> None:
    columns = "email,prenom,recruteur\n"
    imported("a.csv", now, f"{columns}xena@example.org,Xena,\nkim@example.org,Kim,xena@example.org\n".encode())
    content = f"{columns}kim@example.org,Kim,rosa@example.org\nleo@example.org,Leo,\nrosa@example.org,Rosa,\n"
    run = imported("b.csv", now, content.encode(), existing="replace")
    assert (other("kim"), ImportBatch.objects.filter(import_run=run).count()) == ("Rosa", 2)

    undone(run, now)

    assert (other("kim"), Person.objects.count()) == ("Xena", 2)


# --- killed, stopped, resumed -----------------------------------------------------------------------------------------
class Killed(BaseException):
    """As if the process had ended here."""


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(*args: Any, **kwargs: Any) -> Any:
        return chunks.read_chunks(*args, **{"rows": 2, **kwargs})

    monkeypatch.setattr(reading, "read_chunks", small)


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("batches", range(4))
def test_a_worker_that_is_killed_while_it_ties_is_replaced(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    beginning = transaction.savepoint()
    expected = state_of_everything(imported("nb.csv", now, file(ROWS)))
    transaction.savepoint_rollback(beginning)
    run, real = queued("nb.csv", now, file(ROWS)), tie_batch
    done: list[Any] = []

    def killed(*args: Any) -> None:
        if len(done) == batches:
            raise Killed
        real(*args)
        done.append(args)

    with monkeypatch.context() as patch:
        patch.setattr(running, "tie_batch", killed)
        with pytest.raises(Killed):
            run_import(import_id=run.pk, clock=lambda: now)
    run_import(import_id=run.pk, clock=lambda: now)

    assert state_of_everything(run) == expected


@pytest.mark.usefixtures("_small_chunks")
def test_one_that_was_stopped_before_its_ties_can_be_resumed(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    run = queued("nb.csv", now, file(ROWS))

    def asked(import_id: int) -> list[int]:
        Import.objects.update(cancel_asked_at=now)
        return real(import_id)

    real = waiting_batches
    with monkeypatch.context() as patch:
        patch.setattr(running, "waiting_batches", asked)
        run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.position, run.can_resume, Relation.objects.count()) == ("cancelled", 7, True, 0)

    resume_import(import_id=run.pk, now=now)
    run_import(import_id=run.pk, clock=lambda: now)

    run.refresh_from_db()
    assert (run.state, run.can_resume, other("boris")) == ("done", False, "Ada")


def test_ties_that_go_with_an_erased_persons_file_are_told(
    tenant: TenantFacts, now: datetime, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(import_id: int) -> list[int]:
        Import.objects.update(cancel_asked_at=now)
        return waiting_batches(import_id)

    monkeypatch.setattr(running, "waiting_batches", asked)
    run = imported("nb.csv", now, file(ROWS))
    assert (run.position, run.can_resume, run.lost_its_file) == (run.total, True, False)

    erase_person(person_id=person("flo").pk, now=now + timedelta(days=1))

    run.refresh_from_db()
    assert (run.can_resume, run.lost_its_file) == (False, True)
    assert "ce qui reste à écrire" in office.get(f"/bureau/imports/{run.pk}/").content.decode()


def test_what_was_claimed_goes_with_the_file(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(import_id: int) -> list[int]:
        Import.objects.update(cancel_asked_at=now)
        return waiting_batches(import_id)

    monkeypatch.setattr(running, "waiting_batches", asked)
    run = imported("nb.csv", now, file(ROWS))
    assert ImportBatch.objects.exclude(ties=None).exists()

    purge_import(import_id=run.pk, now=now + timedelta(days=31))

    assert not ImportBatch.objects.exclude(ties=None).exists()


# --- a file that comes again ------------------------------------------------------------------------------------------
def renamed(now: datetime) -> None:
    save_organisation(organisation=Organisation.objects.get(name="Mairie de Lyon"), values={"name": "Ville de Lyon"}, source=OFFICE, now=now)  # fmt: skip


def deleted(now: datetime) -> None:
    delete_organisation(organisation=Organisation.objects.get(name="Mairie de Lyon"), source=OFFICE, now=now)


def untied(now: datetime) -> None:
    end_affiliation(affiliation=Affiliation.objects.get(person=person("flo")), source=OFFICE, now=now)


def tied_elsewhere(now: datetime) -> None:
    port = Organisation.objects.get(name="Atelier du port")
    affiliate_person(person=person("flo"), organisation=port, kind="works", title="", source=OFFICE, now=now)


def recruited_by_another(now: datetime) -> None:
    relate_people(person=person("boris"), kind="recruiter", other=person("flo"), source=OFFICE, now=now)


def recruited_by_nobody(now: datetime) -> None:
    end_relation(person=person("boris"), other=person("ada"), source=OFFICE, now=now)


def recruiter_erased(now: datetime) -> None:
    erase_person(person_id=person("ada").pk, now=now)


def recruiter_merged(now: datetime) -> None:
    merge_people(keep=person("flo"), merged=person("ada"), source=OFFICE, now=now)


def recruiter_with_another_address(now: datetime) -> None:
    changes = ContactChanges(removed={"emails": [EmailAddress.objects.get(address="boris@example.org").pk]})
    edit_person(person=person("boris"), values={}, contacts=changes, source=OFFICE, reason="", now=now)


def a_namesake(now: datetime) -> None:
    imported("autre.csv", now, b"email,prenom,nom\nada2@example.org,Ada,Roche\n")


def another_file_says_otherwise(now: datetime) -> None:
    imported("autre.csv", now, b"email,employeur\nflo@example.org,Port autonome\n", existing="replace")


def another_file_is_undone(now: datetime) -> None:
    undone(imported("autre.csv", now, b"email,employeur\nflo@example.org,Port autonome\n", existing="replace"), now)


EVENTS = [
    lambda _now: None, renamed, deleted, untied, tied_elsewhere, recruited_by_another, recruited_by_nobody, recruiter_erased, recruiter_merged,
    recruiter_with_another_address, a_namesake, another_file_says_otherwise, another_file_is_undone,
]  # fmt: skip


@pytest.mark.parametrize("existing", ["fill", "replace"])
@pytest.mark.parametrize("event", EVENTS)
def test_a_file_that_comes_again_says_what_it_would_say_to_whoever_kept_nothing(
    tenant: TenantFacts, now: datetime, event: Callable[[datetime], None], existing: str
) -> None:
    results = []
    for knows in (True, False):
        beginning = transaction.savepoint()
        imported("nb.csv", now, file(ROWS), existing=existing)
        imported("nb.csv", now + timedelta(hours=1), file(ROWS), existing=existing)
        event(now + timedelta(days=1))
        if not knows:
            ImportBatch.objects.update(fingerprints=None)
        results.append(state_of_everything(imported("nb.csv", now + timedelta(days=2), file(ROWS), existing=existing)))
        transaction.savepoint_rollback(beginning)
    assert results[0] == results[1]


def test_an_unchanged_row_with_an_employer_is_not_looked_at_again(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported("nb.csv", now, file(ROWS))
    Activity.objects.all().delete()
    looked_at: list[list[int]] = []
    real = Normalizer.normalize

    def normalize(self: Any, table: Any) -> Any:
        looked_at.append(table["line"].to_list())
        return real(self, table)

    monkeypatch.setattr(Normalizer, "normalize", normalize)
    run = imported("nb.csv", now + timedelta(days=1), file(ROWS))

    assert looked_at == [[2, 4, 5, 6, 7]]  # those of Ada and Flo speak of nobody else
    assert counts(run) == {"read": 7, "unchanged": 6, "merged": 1}
    assert not Activity.objects.exists()
    assert run.issue_counts["warning:nobody_meant"] == 1


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
    assert trial["counts"] == {"created": 1, "updated": 3, "unchanged": 0, "merged": 0, "rejected": 0}
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
