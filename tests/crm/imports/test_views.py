"""The four steps in the office, who may take them, and what they refuse."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.imports.models import Import
from crm.imports.views import wizard
from crm.people.models import Person
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.crm.imports.importing import FILES, counts, imported, received
from tests.factors import confirm

BUREAU = "/bureau/imports/"
ORIGIN = {
    "source_type": "supporters",
    "proof": "Marché de Belleville",
    "existing": "fill",
    "consent_wording": "Je veux des nouvelles.",
}


def uploaded(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (FILES / name).read_bytes() if content is None else content)


def upload(office: Client, name: str, content: bytes | None = None) -> Import:
    answer = office.post(f"{BUREAU}fichier/", {"file": uploaded(name, content)})
    assert answer.status_code == 302
    return Import.objects.latest("pk")


def columns(run: Import, **changes: str) -> dict[str, str]:
    return {"name": run.name, **{f"column-{number}": target for number, target in run.mapping.items()}, **changes}


def test_a_file_goes_through_the_four_steps(
    office: Client, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    run = upload(office, "excel-fr-cp1252.csv")
    assert (run.name, run.total, run.format["encoding"], run.format["delimiter"]) == (
        "Excel fr cp1252",
        1500,
        "cp1252",
        ";",
    )
    page = office.get(f"{BUREAU}{run.pk}/colonnes/").content.decode()
    assert "Centres d&#x27;intérêt" in page

    assert (
        office.post(f"{BUREAU}{run.pk}/colonnes/", columns(run, name="Marché"))["Location"]
        == f"{BUREAU}{run.pk}/origine/"
    )
    assert office.post(f"{BUREAU}{run.pk}/origine/", ORIGIN)["Location"] == f"{BUREAU}{run.pk}/verification/"
    check = office.get(f"{BUREAU}{run.pk}/verification/")
    preview = check.context["preview"]
    assert (preview.tally.counts["created"], preview.tally.counts["merged"], preview.tried, len(preview.rows)) == (
        1453,
        47,
        1500,
        50,
    )
    assert Person.objects.count() == 0

    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(f"{BUREAU}{run.pk}/verification/")["Location"] == f"{BUREAU}{run.pk}/"
    report = office.get(f"{BUREAU}{run.pk}/")
    run.refresh_from_db()
    assert (run.state, run.name, counts(run)) == ("done", "Marché", {"read": 1500, "created": 1453, "merged": 47})
    assert report.context["imported"] == 1500


def test_pressing_import_twice_imports_once(
    office: Client, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    run = upload(office, "zoo-utf8-bom.csv")
    office.post(f"{BUREAU}{run.pk}/origine/", ORIGIN)
    for _click in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            office.post(f"{BUREAU}{run.pk}/verification/")
    run.refresh_from_db()
    assert (run.state, counts(run)) == ("done", {"read": 1, "created": 1})


def test_choosing_the_same_file_twice_gives_one_draft(office: Client) -> None:
    first, second = upload(office, "zoo-utf8-bom.csv"), upload(office, "zoo-utf8-bom.csv")
    assert first == second


def test_a_file_that_was_imported_before_says_so(office: Client, now: datetime) -> None:
    earlier = imported("zoo-utf8-bom.csv", now)
    run = upload(office, "zoo-utf8-bom.csv")
    assert office.get(f"{BUREAU}{run.pk}/colonnes/").context["earlier"] == earlier


@pytest.mark.parametrize("source", ["town_hall", "employer", "patients", "targeting", "other_body"])
def test_forbidden_sources_are_refused_with_the_reason(office: Client, source: str) -> None:
    run = upload(office, "zoo-utf8-bom.csv")
    answer = office.post(f"{BUREAU}{run.pk}/origine/", {**ORIGIN, "source_type": source})
    run.refresh_from_db()
    assert (answer.status_code, run.source_type) == (422, "")
    assert list(answer.context["form"].errors) == ["source_type"]


def test_the_electoral_roll_gives_no_agreement_to_mails(office: Client, run_tasks: None, now: datetime) -> None:
    run = upload(office, "zoo-utf8-bom.csv")
    answer = office.post(
        f"{BUREAU}{run.pk}/origine/", {**ORIGIN, "source_type": "electoral_roll", "consent_channels": ["email", "sms"]}
    )
    assert list(answer.context["form"].errors) == ["consent_channels"]

    roll = imported(
        "r.csv",
        now,
        content=b"email,nom,accepte sms,tel\na@example.org,Ali,oui,0601020304\n",
        source_type="electoral_roll",
        consent_channels=["email"],
    )
    person = Person.objects.get()
    assert (person.can_email, person.can_sms, person.relationship) == (False, False, "roll")
    assert roll.issue_counts == {"warning:channel_refused": 1}


def test_declared_agreements_need_their_wording(office: Client) -> None:
    run = upload(office, "zoo-utf8-bom.csv")
    answer = office.post(f"{BUREAU}{run.pk}/origine/", {**ORIGIN, "consent_wording": "", "consent_channels": ["email"]})
    assert list(answer.context["form"].errors) == ["consent_wording"]


def test_columns_that_reach_nobody_are_not_accepted(office: Client) -> None:
    run = upload(office, "zoo-utf8-bom.csv")
    answer = office.post(f"{BUREAU}{run.pk}/colonnes/", {"name": "X", "column-1": "first_name"})
    assert answer.status_code == 422


def test_a_file_read_another_way_is_guessed_anew(office: Client) -> None:
    run = upload(office, "zoo-utf8-bom.csv")
    office.post(
        f"{BUREAU}{run.pk}/lecture/",
        {
            "reading-has_header": "0",
            "reading-encoding": "utf-8-sig",
            "reading-delimiter": ";",
            "reading-phone_region": "BE",
        },
    )
    run.refresh_from_db()
    assert (run.total, run.format["columns"], run.phone_region) == (2, ["#1", "#2"], "BE")


def test_a_refused_file_has_a_report_with_the_reason(office: Client) -> None:
    run = upload(office, "zoo-binary.csv")
    page = office.get(f"{BUREAU}{run.pk}/")
    assert (run.state, page.context["problem"][0]) == ("refused", "Ce fichier n’est pas une liste de contacts.")


def test_a_title_above_the_table_is_told(office: Client) -> None:
    run = upload(office, "liste.csv", b"Liste\nNom;E-mail\nDurand;a@ex.fr\n")
    page = office.get(f"{BUREAU}{run.pk}/colonnes/").content.decode()
    assert "Le tableau commence à la ligne 2" in page
    assert "Toutes les colonnes sont reconnues" in page


def test_where_no_column_is_recognized_none_is_said_to_be(office: Client) -> None:
    run = upload(office, "liste.csv", b"alpha;beta\n1;2;3\n4;5;6\n")
    page = office.get(f"{BUREAU}{run.pk}/colonnes/").content.decode()
    assert "Toutes les colonnes sont reconnues" not in page


def test_a_workbook_without_people_is_refused_by_the_name_of_its_sheet(office: Client, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Gens").write_row(0, 0, ["Nom", "E-mail"])
        book.add_worksheet("Autre")
    run = upload(office, "book.xlsx", path.read_bytes())
    assert (run.state, run.failure) == ("refused", "header_only")
    assert (
        "La feuille «\xa0Gens\xa0» a été lue, parmi\xa0: Gens, Autre."
        in office.get(f"{BUREAU}{run.pk}/").content.decode()
    )


def test_an_import_over_the_plan_is_stopped_before_it_starts(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.imports.previewing.contacts_left", lambda: 1000)
    run = upload(office, "excel-fr-cp1252.csv")
    office.post(f"{BUREAU}{run.pk}/origine/", ORIGIN)
    answer = office.post(f"{BUREAU}{run.pk}/verification/")
    run.refresh_from_db()
    assert (answer.status_code, answer.context["preview"].over_limit, run.state) == (409, 453, "draft")


def test_a_draft_that_waited_for_a_larger_plan_is_led_back_to(
    office: Client, monkeypatch: pytest.MonkeyPatch, tenant: TenantFacts
) -> None:
    for module in ("previewing", "queries"):
        monkeypatch.setattr(f"crm.imports.{module}.contacts_left", lambda: 0)
    run = upload(office, "excel-fr-cp1252.csv")
    office.post(f"{BUREAU}{run.pk}/origine/", ORIGIN)
    check = office.get(f"{BUREAU}{run.pk}/verification/").content.decode()
    waiting = [office.get(page).content.decode() for page in (BUREAU, "/bureau/")]

    monkeypatch.setattr("crm.imports.queries.contacts_left", lambda: 5000)
    with_room = [office.get(page).content.decode() for page in (BUREAU, "/bureau/")]
    back = office.get(f"{BUREAU}{run.pk}/")
    monkeypatch.setattr("crm.imports.previewing.contacts_left", lambda: 5000)
    office.get(f"{BUREAU}{run.pk}/verification/")
    run.refresh_from_db()

    plans, go_on = f'/compte/{tenant.uuid}/palier/?import={run.pk}"', f'href="{BUREAU}{run.pk}/verification/"'
    assert plans in check
    assert [(plans in page, go_on in page) for page in waiting] == [(True, False)] * 2
    assert [(plans in page, go_on in page) for page in with_room] == [(False, True)] * 2
    assert back["Location"] == f"{BUREAU}{run.pk}/verification/"
    assert (run.state, run.waits_for_plan) == ("draft", False)


def test_an_import_that_met_the_limit_goes_on_from_the_dashboard(
    office: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = imported("excel-fr-cp1252.csv", now)
    Import.objects.update(state="failed", failure="limit", file="x", total=run.total + 1)
    monkeypatch.setattr("crm.imports.queries.contacts_left", lambda: 5000)
    page = office.get("/bureau/").content.decode()
    form = page[page.index(f'action="{BUREAU}{run.pk}/reprise/"') :]

    assert "csrfmiddlewaretoken" in form[: form.index("</form>")]
    assert office.post(f"{BUREAU}{run.pk}/reprise/")["Location"] == f"{BUREAU}{run.pk}/"
    run.refresh_from_db()
    assert (run.state, run.waits_for_plan) == ("queued", False)


def test_progress_is_told_in_numbers(office: Client, now: datetime) -> None:
    run = imported("zoo-ragged.csv", now)
    assert office.get(f"{BUREAU}{run.pk}/avancement.json").json() == {
        "at_work": False, "state": "done", "done": 3, "total": 3, "percent": 100, "per_second": 0, "seconds_left": None, "read": 0,
    }  # fmt: skip


PAGES = [
    "",
    "colonnes/",
    "origine/",
    "verification/",
    "essai/",
    "avancement.json",
    "annulation/",
    "lignes/warning/bad_date/",
    "lignes-ecartees.csv",
]


@pytest.mark.parametrize("page", PAGES)
def test_another_campaigns_import_does_not_exist(
    office: Client, other_tenant: TenantFacts, now: datetime, page: str
) -> None:
    with tenant_context(other_tenant):
        run = received("excel-fr-cp1252.csv", now)
    confirm(office, User.objects.get(), to=BUREAU)
    assert office.get(f"{BUREAU}{run.pk}/{page}").status_code == 404


def test_readers_are_told_that_a_draft_is_one(office: Client, office_as: Callable[[str], Client]) -> None:
    run = upload(office, "zoo-utf8-bom.csv")
    reader = office_as("reader")
    page, listed = reader.get(f"{BUREAU}{run.pk}/").content.decode(), reader.get(BUREAU).content.decode()

    assert f'class="nom" href="{BUREAU}{run.pk}/"' in listed
    assert '<td class="num" data-l="Créées"></td>' in listed  # a draft has created nobody yet: no zero
    assert "Cet import est encore un brouillon." in page
    assert "L’import a été arrêté." not in page


def test_readers_see_reports_and_change_nothing(office_as: Callable[[str], Client], now: datetime) -> None:
    run, draft = imported("zoo-ragged.csv", now), received("zoo-utf8-bom.csv", now)
    reader = office_as("reader")
    assert reader.get(f"{BUREAU}{run.pk}/").status_code == 200
    assert reader.get(f"{BUREAU}{run.pk}/lignes-ecartees.csv").status_code == 403
    for page in (
        "fichier/",
        f"{draft.pk}/colonnes/",
        f"{draft.pk}/origine/",
        f"{draft.pk}/verification/",
        f"{draft.pk}/essai/",
        f"{draft.pk}/abandon/",
        f"{run.pk}/arret/",
        f"{run.pk}/reprise/",
        f"{run.pk}/annulation/",
    ):
        assert reader.post(BUREAU + page).status_code == 403


def test_strangers_are_sent_to_the_door(site: Client, now: datetime) -> None:
    assert site.get(BUREAU).status_code == 302


def test_the_list_and_the_dashboard_show_what_waits(
    office: Client, now: datetime, django_assert_max_num_queries: Any
) -> None:
    assert "Aucun fichier" in office.get(BUREAU).content.decode()
    imported("zoo-ragged.csv", now)
    received("zoo-utf8-bom.csv", now)
    with django_assert_max_num_queries(40):
        assert len(office.get(BUREAU).context["runs"]) == 2
    assert "1 ligne a été mise de côté" in office.get("/bureau/").content.decode()


def test_the_oldest_import_is_within_reach(office: Client, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be undone for thirty days, however many came after it."""
    monkeypatch.setattr(wizard, "LISTED", 1)
    first, second = received("zoo-ragged.csv", now), received("zoo-utf8-bom.csv", now)

    newest = office.get(BUREAU)
    assert newest.context["runs"] == [second]
    assert f'href="?older={second.pk}"' in newest.content.decode()
    oldest = office.get(f"{BUREAU}?older={second.pk}")
    assert (oldest.context["runs"], oldest.context["slice"].older) == ([first], 0)
    assert office.get(f"{BUREAU}?newer={first.pk}").context["runs"] == [second]
