"""Where a report leads: to the rows that were set aside, the lines of one kind, and the people whom it brought."""

import html
import json
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.http import QueryDict
from django.test import Client

from crm.imports.models import Import
from crm.people.models import Person
from crm.people.selecting import people_selected, selection_from, selection_of
from tenants.users.models import User
from tests.crm.imports.importing import counts, imported, received
from tests.factors import CODE, confirm

BUREAU = "/bureau/imports/"


def test_rejected_rows_come_back_as_a_file_that_runs_nothing(office: Client, now: datetime) -> None:
    run = imported("r.csv", now, content=b"email,nom,note\nnobody,=1+1,x\na@example.org,Ali,y\n")
    file = f"{BUREAU}{run.pk}/lignes-ecartees.csv"
    assert office.get(file)["Location"].startswith(CODE)  # data leaves by a second factor only
    confirm(office, User.objects.get(), to=file)
    answer = office.get(file)
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("nobody,'=1+1,x,2,")
    assert len(lines) == 2

    again = imported("again.csv", now, content=("﻿" + "\r\n".join(lines).replace("nobody", "b@example.org")).encode())
    assert counts(again) == {"read": 1, "created": 1}


def test_lines_of_one_kind_are_listed(office: Client, now: datetime) -> None:
    run = imported("excel-fr-cp1252.csv", now)
    page = office.get(f"{BUREAU}{run.pk}/lignes/warning/bad_date/").content.decode()
    assert page.count("«\xa031/02/1980\xa0» n’est pas une date.") == 6
    issue = run.issues.filter(kind="bad_date", person_id__isnull=False)[0]
    person = Person.objects.get(pk=issue.person_id or 0)
    assert f'<a href="{person.get_absolute_url()}">{person.sort_name}</a>' in page


def test_the_report_leads_to_its_people_in_the_list(
    office: Client, office_as: Callable[[str], Client], now: datetime
) -> None:
    Person.objects.create(last_name="Nullepart", created_at=now)
    run = imported("excel-fr-cp1252.csv", now)
    listed = f"/bureau/personnes/?import={run.pk}"
    for client in (office, office_as("reader")):
        assert client.get(f"{BUREAU}{run.pk}/").content.decode().count(f'href="{listed}"') == 1

    page = office.get(listed)

    assert page.context["count"].number == run.created > 0
    assert "Nullepart" not in page.content.decode()
    assert [(chip["label"], chip["value"]) for chip in page.context["chips"]] == [("Import", run.name)]


@pytest.mark.parametrize(("start", "links"), [(received, 0), (imported, 1)])
def test_a_stopped_import_leads_to_those_who_were_written(
    office: Client, now: datetime, start: Callable[[str, datetime], Import], links: int
) -> None:
    run = start("zoo-ragged.csv", now)
    Import.objects.filter(pk=run.pk).update(state="cancelled")

    assert office.get(f"{BUREAU}{run.pk}/").content.decode().count(f'"/bureau/personnes/?import={run.pk}"') == links


@pytest.mark.parametrize("asked", ["999999", "x", "9999999999"])
def test_an_import_that_is_not_there_narrows_nothing(office: Client, asked: str) -> None:
    assert office.get(f"/bureau/personnes/?import={asked}")["Location"] == "/bureau/personnes/?view=all"


def test_its_people_can_be_chosen_for_an_action_in_number(office: Client, now: datetime) -> None:
    Person.objects.create(first_name="Zoé", created_at=now)
    run = imported("excel-fr-cp1252.csv", now)
    asked = selection_of(QueryDict(f"import={run.pk}"), user=User.objects.get(pk=office.session["_auth_user_id"]))
    kept = selection_from(json.loads(json.dumps(asked.to_json())))

    assert people_selected(kept, now=now).count() == run.created > 0


def test_the_report_leads_to_a_segment_of_its_people(office: Client, now: datetime) -> None:
    Person.objects.create(first_name="Zoé", created_at=now)
    run = imported("excel-fr-cp1252.csv", now)
    page = office.get(f"{BUREAU}{run.pk}/").content.decode()
    form = page[page.index('action="/bureau/tris/nouveau/"') :]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', form[: form.index("</form>")]))

    panel = office.post("/bureau/tris/nouveau/", fields).context["panel"]

    assert panel.figures.total == run.created > 0


@pytest.mark.parametrize(
    ("content", "report", "news", "selection"),
    [
        (b"email\nlea@example.org\n", "aucun accord", "n’a accepté vos nouvelles", "aucun fichier n’apporte"),
        (b"email,optin email\nlea@example.org,oui\n", "", "", "aucun fichier n’apporte"),
    ],
)
def test_whoever_imported_is_told_why_nobody_may_be_written_to(
    office: Client, now: datetime, content: bytes, report: str, news: str, selection: str
) -> None:
    run = imported("zoo-ragged.csv", now, content)
    page = office.get(f"{BUREAU}{run.pk}/").content.decode()
    segment = office.post(
        "/bureau/tris/nouveau/",
        {"groups": "1", "g0-kind": "all", "g0-rows": "1", "version": "0", "do": "refresh"}
        | {"g0-r0-what": "import.in", "g0-r0-pick": run.pk},
    )

    assert ("aucun accord" in page) == bool(report)
    assert news in segment.context["panel"].way_out
    assert bool(segment.context["panel"].way_out) == bool(news)
    assert segment.context["online"].reached == 0
    assert selection in segment.context["online"].way_out
    assert segment.context["online"].way_out in html.unescape(segment.content.decode())
