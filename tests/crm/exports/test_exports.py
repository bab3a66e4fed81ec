"""Taking people out: asked with a second factor and a reason, logged, harmless in a spreadsheet, and gone after a week."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from crm.access.models import AccessEntry
from crm.access.queries import lines_of
from crm.consent.services import ConsentGiven, Source, record_consents, suppress_address
from crm.exports.columns import COLUMNS
from crm.exports.enums import Format
from crm.exports.formats import open_writer
from crm.exports.services import KEPT, delete_export
from crm.exports.writing import readable_phone
from crm.people.erasing import request_erasure
from crm.people.models import Note, Person, Tag
from crm.relations.services import affiliate_person, relate_people, save_organisation
from crm.runs.models import Run
from crm.segments.services import add_segment
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm
from tenants.users.models import User
from tests.crm.exports.exporting import FORM, NEW, content, export, person
from tests.crm.imports.importing import imported

TEAM = Source(kind="office", reference="person", actor_id=1)


def test_the_file_opens_in_french_excel(
    confirmed: Any, people: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    run = export(confirmed, django_capture_on_commit_callbacks)

    text = content(run)
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Prénom", "Nom", "E-mail", "Téléphone", "Étiquettes"],
        ["Ada", "D’Œuvre", people[0].email and "second@example.org", "0032470123456", "écologie, vélo"],
        ["Zoé", "", "zoe@example.org", "", "vélo"],
    ]
    assert run.result["count"] == 2


@pytest.mark.parametrize("kind", list(Format))
def test_our_own_export_changes_nothing_when_it_comes_back(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any, kind: Format
) -> None:
    if kind == Format.JSON:
        pytest.skip("the import does not read JSON")
    run = export(confirmed, django_capture_on_commit_callbacks, columns=list(COLUMNS), format=kind.value)
    before = list(Person.objects.order_by("pk").values())

    done = imported(f"contacts.{run.result['file'].rpartition('.')[2]}", timezone.now(), content(run))

    assert (done.state, done.created, done.updated, done.unchanged, done.rejected) == ("done", 0, 0, 2, 0)
    assert list(Person.objects.order_by("pk").values()) == before


def test_an_english_office_exports_english_words_and_they_come_back(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.update(language="en")
    Person.objects.filter(pk=people[0].pk).update(relationship="ex_member")
    run = export(confirmed, django_capture_on_commit_callbacks, columns=list(COLUMNS), format="csv")
    before = list(Person.objects.order_by("pk").values())

    ada, zoe = csv.DictReader(io.StringIO(content(run).decode()))
    assert (ada["First name"], ada["Relationship"], ada["Gender"]) == ("Ada", "former member", "female")
    assert (zoe["Reachable by e-mail"], zoe["Reachable by post"], zoe["Source"]) == ("yes", "no", "form on the site")
    done = imported("contacts.csv", timezone.now(), content(run))
    assert (done.state, done.created, done.updated, done.unchanged, done.rejected) == ("done", 0, 0, 2, 0)
    assert list(Person.objects.order_by("pk").values()) == before


def test_the_file_is_named_after_the_segment_and_the_campaigns_hour(
    confirmed: Any, people: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    criteria = {"all": [{"tags": {"any": [people[1].tag_ids[0]]}}]}
    segment = add_segment(name="Vélo à Marseille", criteria=criteria, by=None, now=timezone.now())

    run = export(confirmed, django_capture_on_commit_callbacks, f"?segment={segment.pk}")

    moment = timezone.localtime(run.created_at).strftime("%Y-%m-%d-%H%M")
    assert Path(run.result["file"]).name == f"velo-a-marseille-{moment}.csv"


def test_a_segment_that_counts_on_a_deleted_tag_is_not_exported(confirmed: Any, people: list[Person]) -> None:
    criteria = {"all": [{"tags": {"any": [people[1].tag_ids[0]]}}]}
    segment = add_segment(name="Vélo", criteria=criteria, by=None, now=timezone.now())
    Tag.objects.filter(pk=people[1].tag_ids[0]).delete()

    answer = confirmed.get(f"{NEW}?segment={segment.pk}")

    assert answer.url == f"/bureau/tris/{segment.pk}/"


def test_employer_and_recruiter_are_columns(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    workshop = save_organisation(organisation=None, values={"name": "Atelier du port"}, source=TEAM, now=now)
    affiliate_person(person=people[0], organisation=workshop, kind="works", title="", source=TEAM, now=now)
    relate_people(person=people[1], kind="recruiter", other=people[0], source=TEAM, now=now)

    run = export(
        confirmed, django_capture_on_commit_callbacks, columns=["first_name", "employer", "recruiter"], format="csv"
    )

    rows = list(csv.reader(io.StringIO(content(run).decode())))
    assert rows[1:] == [["Ada", "Atelier du port", ""], ["Zoé", "", "Ada D’Œuvre"]]


def test_agreements_and_refusals_with_their_days_point_persons_and_notes_are_columns(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    relate_people(person=people[1], kind="point_person", other=people[0], source=TEAM, now=now)
    for text in ("A un vélo cargo.", "Préfère le soir."):
        Note.objects.create(person=people[0], text=text, created_at=now)
    refused = ConsentGiven("news", "sms", granted=False, basis="consent", wording="")
    record_consents(person_id=people[0].pk, consents=[refused], source=FORM, now=now)

    columns = ["basis_email", "agreed_email", "basis_sms", "agreed_sms", "refused_sms", "point_person", "notes"]
    run = export(confirmed, django_capture_on_commit_callbacks, columns=columns, format="csv")

    ada, zoe = list(csv.reader(io.StringIO(content(run).decode())))[1:]
    day = timezone.localdate(now).isoformat()
    assert ada == ["", "accord", day, "", "", day, "A un vélo cargo.\n\nPréfère le soir."]
    assert zoe == ["Ada D’Œuvre", "accord", day, "", "", "", ""]


def test_json_is_one_list(confirmed: Any, people: list[Person], django_capture_on_commit_callbacks: Any) -> None:
    run = export(confirmed, django_capture_on_commit_callbacks, format="json")

    assert [row["Prénom"] for row in json.loads(content(run))] == ["Ada", "Zoé"]


def test_formulas_are_disarmed(tmp_path: Path) -> None:
    zoo = [
        ["email", "=prénom", "note"],
        ["a@example.org", "=cmd|' /C calc'!A0", "@SUM(1+1)"],
        ["b@example.org", "+33612345678", "-2+3"],
        ["c@example.org", "  =1+1", "\t=1+1"],
    ]
    for kind in (Format.EXCEL_CSV, Format.CSV, Format.XLSX):
        path = tmp_path / f"{kind}.{'xlsx' if kind == Format.XLSX else 'csv'}"
        writer = open_writer(kind, path, zoo[0])
        writer.write(zoo[1:])
        writer.close()
        if kind == Format.XLSX:
            read = pl.read_excel(path, engine="calamine", infer_schema_length=0).rows()
            assert [list(row) for row in read] == zoo[1:]
            assert b"<f>" not in path.read_bytes()
        else:
            text = path.read_text(encoding="utf-8-sig")
            delimiter = ";" if kind == Format.EXCEL_CSV else ","
            cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
            assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_numbers_and_days_can_be_reckoned_with_and_all_else_is_text(tmp_path: Path) -> None:
    row = ["01000", "06 12 34 56 78", 3, Decimal("-12.5"), date(1990, 5, 1), date(1899, 12, 31), None, "=1+1"]
    told = {}
    for kind in (Format.CSV, Format.XLSX, Format.JSON):
        path = tmp_path / f"contacts.{kind.value}"
        writer = open_writer(kind, path, list("abcdefgh"))
        writer.write([row])
        writer.close()
        told[kind] = path

    book = pl.read_excel(told[Format.XLSX], engine="calamine")
    assert book.row(0)[:6] == ("01000", "06 12 34 56 78", 3, -12.5, date(1990, 5, 1), "1899-12-31")
    assert b"<f>" not in zipfile.ZipFile(told[Format.XLSX]).read("xl/worksheets/sheet1.xml")
    [line] = json.loads(told[Format.JSON].read_text())
    assert list(line.values()) == [*row[:3], -12.5, "1990-05-01", "1899-12-31", "", "=1+1"]
    assert told[Format.CSV].read_text().splitlines()[1] == ("01000,06 12 34 56 78,3,-12.5,1990-05-01,1899-12-31,,'=1+1")


def test_a_cell_that_excel_cannot_hold_is_told_and_whole_elsewhere(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    Note.objects.create(person=people[0], text="a" * 32_768, created_at=now)
    columns = ["email", "notes"]
    book = export(confirmed, django_capture_on_commit_callbacks, format="xlsx", columns=columns)
    plain = export(confirmed, django_capture_on_commit_callbacks, format="csv", columns=columns)

    told = "1 cellule était trop longue pour Excel"
    assert told in confirmed.get(f"/bureau/personnes/exports/{book.uuid}/").content.decode()
    assert told not in confirmed.get(f"/bureau/personnes/exports/{plain.uuid}/").content.decode()
    assert (book.result["cut"], plain.result["cut"]) == (1, 0)
    assert b"a" * 32_768 in content(plain)


def test_what_the_report_tells_is_what_stands_in_the_file(
    confirmed: Any, people: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    columns = ["email", "city", "email_reach"]
    run = export(confirmed, django_capture_on_commit_callbacks, columns=columns, format="csv")

    assert content(run).startswith(b"E-mail,Commune,Joignable par e-mail")
    page = confirmed.get(f"/bureau/personnes/exports/{run.uuid}/").content.decode()
    assert "E-mail, Commune, Joignable par e-mail" in page


def test_a_day_is_the_campaigns_own(
    confirmed: Any, tenant: TenantFacts, django_capture_on_commit_callbacks: Any
) -> None:
    person(datetime(2026, 6, 11, 22, 30, tzinfo=UTC), email="ada@example.org")  # past midnight in Paris

    run = export(confirmed, django_capture_on_commit_callbacks, columns=["email", "created_at"])

    assert b"ada@example.org;2026-06-12" in content(run)


def test_numbers_are_written_as_people_read_them() -> None:
    assert readable_phone("+33612345678") == "06 12 34 56 78"
    assert readable_phone("+262692123456") == "00262692123456"
    assert readable_phone("") == ""


def test_who_asked_to_be_left_alone_is_left_out(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    suppress_address(channel="email", address="zoe@example.org", reason="asked", now=now)
    gone = person(now, email="gone@example.org")
    request_erasure(person=gone, source=TEAM, now=now)

    run = export(confirmed, django_capture_on_commit_callbacks)

    assert (run.result["count"], run.result["left_out"]) == (1, 2)
    assert b"zoe@" not in content(run)
    assert b"gone@" not in content(run)


def test_filters_ticks_and_segments_say_whom(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    segment = add_segment(
        name="Écologie", criteria={"all": [{"tags": {"any": [people[0].tag_ids[0]]}}]}, by=None, now=now
    )
    counts = [
        export(confirmed, django_capture_on_commit_callbacks, query).result["count"]
        for query in ("?q=zoe", f"?ids={people[0].pk}", f"?segment={segment.pk}", f"?tag={people[1].tag_ids[0]}")
    ]

    assert counts == [1, 1, 1, 2]
    assert confirmed.get(f"{NEW}?segment=999").status_code == 404
    assert "zoe" not in str(list(AccessEntry.objects.values_list("details", flat=True)))


def test_every_step_is_logged_and_no_line_can_be_changed(
    confirmed: Any, people: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    run = export(confirmed, django_capture_on_commit_callbacks)
    assert confirmed.get(f"/bureau/personnes/exports/{run.uuid}/").context["breadcrumbs"][-1] == (
        "",
        "Export",
    )  # no «Exporter»
    link = confirmed.get(f"/bureau/personnes/exports/{run.uuid}/fichier/").url
    assert b"".join(confirmed.get(link).streaming_content) == content(run)
    with django_capture_on_commit_callbacks(execute=True):
        delete_export(run=run, by=None, now=timezone.now())

    lines = lines_of(AccessEntry.objects.order_by("id"))
    assert [(one.entry.kind, one.by, one.entry.count) for one in lines] == [
        ("asked", "Ada Durand", None), ("written", "Ada Durand", 2), ("fetched", "Ada Durand", 2), ("deleted", "", 2),
    ]  # fmt: skip
    assert {one.entry.details["reason"] for one in lines} == {"Soirée du 3 mai"}
    assert "Soirée du 3 mai" in confirmed.get("/bureau/reglages/acces/journal/").content.decode()
    assert "Soirée du 3 mai" in b"".join(confirmed.get("/bureau/reglages/acces/journal.csv").streaming_content).decode()


def test_each_reads_in_her_language_what_was_taken_and_by_whom(
    confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    segment = add_segment(
        name="Écologie", criteria={"all": [{"tags": {"any": [people[0].tag_ids[0]]}}]}, by=None, now=now
    )
    queries = ("", "?q=zoe&level=2", f"?ids={people[0].pk}", f"?segment={segment.pk}")
    columns = ["first_name", "email_reach"]
    runs = [export(confirmed, django_capture_on_commit_callbacks, query, columns=columns) for query in queries]
    former = Run.objects.get(pk=runs[0].pk)
    former.pk, former.uuid, former.parameters = None, uuid4(), {**former.parameters, "told": "toutes en bloc"}
    former.save()

    def told(language: str) -> tuple[list[str], str, str]:
        User.objects.update(language=language)
        exports = confirmed.get("/bureau/personnes/exports/")
        assert {who for _run, _whom, who in exports.context["lines"]} == {"Ada Durand"}
        log = confirmed.get("/bureau/reglages/acces/journal/").content.decode()
        file = b"".join(confirmed.get("/bureau/reglages/acces/journal.csv").streaming_content).decode()
        return [whom for _run, whom, _who in exports.context["lines"]], log, file

    read: list[tuple[str, list[str], list[str]]] = [
        ("fr", ["1 personne cochée", "filtrées par mots cherchés, soutien", "tout le monde", "toutes en bloc", "tri «\xa0Écologie\xa0»"],
         ["Prénom, Joignable par e-mail", "1 personne cochée"]),
        ("en", ["1 person ticked", "everybody", "filtered by search words, support", "segment “Écologie”", "toutes en bloc"],
         ["First name, Reachable by e-mail", "1 person ticked"]),
    ]  # fmt: skip
    for language, selections, words in read:
        shown, log, file = told(language)
        assert sorted(shown) == selections
        for text in (log, file):
            assert all(word in text for word in words)
            assert "email_reach" not in text


def test_the_file_is_gone_after_a_week(
    confirmed: Any, people: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    run = export(confirmed, django_capture_on_commit_callbacks)
    with public_context():
        alarm = Alarm.objects.get(kind="exports.delete", key=str(run.pk))
    assert run.finished_at is not None
    assert abs(alarm.due_at - run.finished_at - KEPT) < timedelta(minutes=1)

    with django_capture_on_commit_callbacks(execute=True):
        delete_export(run=run, by=None, now=alarm.due_at)

    assert not default_storage.exists(run.result["file"])
    assert (
        confirmed.get(f"/bureau/personnes/exports/{run.uuid}/fichier/").url == f"/bureau/personnes/exports/{run.uuid}/"
    )
