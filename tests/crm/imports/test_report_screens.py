"""What stands first on the screens of an import, and what stands back."""

import re
from datetime import datetime

import pytest
from django.test import Client

from crm.imports.enums import IssueLevel
from crm.imports.models import Import, ImportIssue
from crm.imports.queries import issue_groups
from crm.imports.services import ask_undo
from crm.imports.sources import RULES
from crm.imports.undoing import undo_import
from tests.crm.imports.importing import imported, received

BUREAU = "/bureau/imports/"
HEADER = b"email,nom,date de naissance,code postal,tel,soutien\n"
FAULTS = (b"31/02/1980", b"13001", b"0601020304", b""), (b"", b"99999", b"12", b"bof")


def report(office: Client, run: Import) -> str:
    return office.get(f"{BUREAU}{run.pk}/").content.decode()


def test_an_origin_that_is_refused_is_no_choice_and_says_why(office: Client, now: datetime) -> None:
    run = received("zoo-utf8-bom.csv", now)

    page = office.get(f"{BUREAU}{run.pk}/origine/").content.decode()

    choices, refused = page.split('class="iso-refus"')
    for value, rule in RULES.items():
        assert (f'name="source_type" value="{value}"' in choices) is not rule.is_refused, value
    assert 'name="source_type"' not in refused
    assert "art. 226-21" in refused
    assert "art. 226-21" not in choices
    assert refused.count("<details><summary>") == 5


@pytest.mark.parametrize(("faults", "is_open"), [(1, True), (2, False)])
def test_the_sum_and_the_undoing_of_a_report_come_before_what_is_to_be_checked(
    office: Client, now: datetime, faults: int, is_open: bool
) -> None:
    rows = b"".join(
        b"p%d@example.org,Durand,%s\n" % (number, b",".join(values)) for number, values in enumerate(FAULTS[:faults])
    )
    again = b"p0@example.org,Durand,,,,\n" * (faults - 1)
    run = imported("r.csv", now, content=HEADER + rows + again + b",Sans Adresse,,,,\n")

    page = report(office, run)

    order = ['class="iso-somme"', f"{run.pk}/annulation/", 'id="imports-rejected"', 'id="imports-warnings"']
    order.append('id="imports-origin"')
    places = [page.index(one) for one in order]
    assert places == sorted(places)
    folded = page.split('id="imports-warnings"')[1].split("</details>")[0]
    assert ("<details open>" in folded) is is_open, folded


def test_the_check_counts_the_lines_of_each_kind_as_the_report_does(office: Client, now: datetime) -> None:
    rows = b"".join(b"p%d@example.org,Durand,31/02/1980,,,\n" % number for number in range(4))
    content = HEADER + rows + b"p9@example.org,Durand,,,12,\n" + b",Sans Adresse,,,,\n"
    run = received("r.csv", now, content)
    Import.objects.filter(pk=run.pk).update(source_type="former_tool", proof="Ancien outil")

    page = office.get(f"{BUREAU}{run.pk}/verification/")

    remarks = page.context["preview"].remarks
    assert re.search(
        r'<div class="defile" tabindex="0"[^>]*>\s*<table', page.content.decode()
    )  # no column out of reach
    assert [(one.group.kind, one.group.count, one.group.lines) for one in remarks] == [
        ("no_contact", 1, (7,)),
        ("bad_date", 4, (2, 3)),
        ("bad_phone", 1, (6,)),
    ]
    html = " ".join(page.content.decode().split())
    assert "<b>Dates impossibles : 4 lignes</b> <p>Lignes 2, 3 et 2 autres</p>" in html
    assert "<p>Ligne 2 : « 31/02/1980 » n’est pas une date." in html
    assert "<b>Ligne 6</b>" in html


def test_a_line_with_two_remarks_of_a_kind_is_named_once(office: Client, now: datetime) -> None:
    run = imported("r.csv", now, content=b"email,tel,portable\na@example.org,12,13\nb@example.org,,\n")
    assert ImportIssue.objects.filter(import_run=run, kind="bad_phone").count() == 2

    [group] = issue_groups(run, IssueLevel.WARNING)

    assert (group.kind, group.count, group.lines, group.others) == ("bad_phone", 1, (2,), 0)


def test_after_an_undo_the_report_says_what_was_and_counts_only_what_was_done(office: Client, now: datetime) -> None:
    run = imported("r.csv", now, content=HEADER + b"p0@example.org,Durand,31/02/1980,,,\n")
    assert "Ces lignes sont importées" in report(office, run)
    assert "valeurs d’avant" not in office.get(f"{BUREAU}{run.pk}/annulation/").content.decode()

    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)

    page = report(office, run)
    assert "1 personne retirée" in page
    assert "valeurs d’avant" not in page
    assert "Ces lignes sont importées" not in page
    assert "Faites avant que l’import soit défait" in page


def test_an_error_about_a_question_has_one_mark(office: Client, now: datetime) -> None:
    run = received("r.csv", now, HEADER + b"p0@example.org,Durand,,,,\n")
    page = office.post(f"{BUREAU}{run.pk}/origine/", {"proof": ""}).content.decode()
    assert re.search(r"fichier\s\?</a> \w", page), page.split('role="alert"')[1][:600]
