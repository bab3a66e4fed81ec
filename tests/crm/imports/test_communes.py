"""Postcodes of several communes: asked, remembered, and never guessed."""

from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.imports.communes import ASKED, choose_communes, find_doubts, questions_of
from crm.imports.files import local_copy
from crm.imports.models import CommuneChoice, Import
from crm.imports.services import choose_columns
from crm.imports.staging import PLACE, Communes
from crm.people.models import Person
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, received

HEADER = "email,prenom,code postal,ville\n"
ROWS = (
    "a@example.org,Ada,01090,\nb@example.org,Bob,01090,Gueureins\nc@example.org,Clo,01090,Lurcy\n"  # the last one is certain
    "p@example.org,Pia,01090,Paris\n"  # a contradiction, and not a doubt
    "d@example.org,Dov,01400,\ne@example.org,Eve,29200,\nf@example.org,Fay,13001,Marseil\ng@example.org,Gus,69630,\n"
)
FILE = (HEADER + ROWS).encode()
GUEREINS = "01183"


def chosen(run: Import, now: datetime) -> Import:
    return choose_columns(import_id=run.pk, name="", mapping=run.mapping, now=now)


def codes() -> dict[str, str]:
    return dict(Person.objects.exclude(commune_code="").values_list("first_name", "commune_code"))


def test_a_question_for_each_postcode_that_leaves_a_doubt_those_of_most_rows_first(
    tenant: TenantFacts, now: datetime
) -> None:
    run = chosen(received("liste.csv", now, FILE), now)
    asked = [(question.postcode, question.rows, question.names) for question in questions_of(run)]
    assert asked == [("01090", 2, ("Gueureins",)), ("01400", 1, ())]
    assert questions_of(run)[0].communes[0].name == "Montmerle-sur-Saône"  # the most populous one


def test_without_an_answer_nothing_is_guessed(tenant: TenantFacts, now: datetime) -> None:
    imported("liste.csv", now, FILE)
    assert codes() == {"Clo": "01225", "Eve": "29019", "Gus": "69043"}


def test_an_answer_is_for_all_rows_of_the_postcode_that_leave_a_doubt(tenant: TenantFacts, now: datetime) -> None:
    draft = chosen(received("liste.csv", now, FILE), now)
    choose_communes(import_id=draft.pk, answers={"01090": GUEREINS, "01400": ""}, now=now)
    draft.refresh_from_db()
    assert draft.communes == {"01090": GUEREINS}

    imported("liste.csv", now, FILE)
    assert codes() == {"Ada": GUEREINS, "Bob": GUEREINS, "Clo": "01225", "Eve": "29019", "Gus": "69043"}
    ada = Person.objects.get(first_name="Ada")
    assert (ada.departement_code, ada.region_code, ada.city) == ("01", "84", "")


def test_answers_are_remembered_and_can_be_taken_back(tenant: TenantFacts, now: datetime) -> None:
    first = chosen(received("un.csv", now, FILE), now)
    choose_communes(import_id=first.pk, answers={"01090": GUEREINS}, now=now)
    second = chosen(received("deux.csv", now, FILE + b"z@example.org,Zoe,01090,\n"), now)
    assert second.communes == {"01090": GUEREINS}
    choose_communes(import_id=second.pk, answers={"01090": ""}, now=now)
    assert not CommuneChoice.objects.exists()
    first.refresh_from_db()
    assert first.communes == {"01090": GUEREINS}  # what is under way does not change


def test_postcodes_of_few_rows_are_counted_and_not_asked(tenant: TenantFacts, now: datetime) -> None:
    from crm.geo.frames import commune_table  # noqa: PLC0415 -- a table of its own in memory

    several = (
        commune_table().group_by("postcode").len().filter(len=3).sort("postcode")["postcode"].to_list()[: ASKED + 5]
    )
    rows = "".join(f"p{number}@example.org,P,{postcode},\n" for number, postcode in enumerate(several))
    run = chosen(received("liste.csv", now, (HEADER + rows).encode()), now)
    assert (len(questions_of(run)), run.places["others"], run.places["other_rows"]) == (ASKED, 5, 5)


def test_other_countries_and_files_without_postcodes_ask_nothing(tenant: TenantFacts, now: datetime) -> None:
    abroad = received("liste.csv", now, b"email,code postal,pays\na@example.org,01090,Belgique\n")
    assert chosen(abroad, now).places["asked"] == []
    assert chosen(received("deux.csv", now, b"email\na@example.org\n"), now).places == {}


def test_a_long_file_is_looked_at_in_part(tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.imports.communes.CHUNK_ROWS", 2)
    monkeypatch.setattr("crm.imports.communes.LOOKED_AT", 3)
    run = received("liste.csv", now, FILE)
    with local_copy(run.file) as path:
        found = find_doubts(run, path, now=now)
    assert (found["looked"], [one["postcode"] for one in found["asked"]]) == (4, ["01090"])


# --- the screen -------------------------------------------------------------------------------------------------------
BUREAU = "/bureau/imports/"


def columns(run: Import) -> dict[str, str]:
    return {"name": run.name, **{f"column-{number}": target for number, target in run.mapping.items()}}


def test_the_question_stands_between_columns_and_origin(office: Client, now: datetime) -> None:
    run = received("liste.csv", now, FILE)
    page = f"{BUREAU}{run.pk}/communes/"
    assert office.post(f"{BUREAU}{run.pk}/colonnes/", columns(run))["Location"] == page
    assert "Guéreins" in office.get(page).content.decode()
    assert office.post(page, {"01090": GUEREINS, "01400": ""})["Location"] == f"{BUREAU}{run.pk}/origine/"
    run.refresh_from_db()
    assert run.communes == {"01090": GUEREINS}
    assert office.get(page).context["form"]["01090"].value() == GUEREINS


def test_a_commune_of_another_postcode_is_no_answer(office: Client, now: datetime) -> None:
    run = chosen(received("liste.csv", now, FILE), now)
    answer = office.post(f"{BUREAU}{run.pk}/communes/", {"01090": "13201"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["01090"])
    assert not CommuneChoice.objects.exists()


def test_a_file_that_leaves_no_doubt_goes_on_to_the_origin(office: Client, now: datetime) -> None:
    run = received("liste.csv", now, b"email,code postal\na@example.org,29200\n")
    assert office.post(f"{BUREAU}{run.pk}/colonnes/", columns(run))["Location"] == f"{BUREAU}{run.pk}/origine/"
    assert office.get(f"{BUREAU}{run.pk}/communes/")["Location"] == f"{BUREAU}{run.pk}/origine/"


def test_readers_and_other_campaigns_do_not_choose(
    office_as: Callable[[str], Client], other_tenant: TenantFacts, now: datetime
) -> None:
    run = chosen(received("liste.csv", now, FILE), now)
    assert office_as("reader").get(f"{BUREAU}{run.pk}/communes/").status_code == 403
    assert office_as("owner").get(f"{BUREAU}{run.pk + 1}/communes/").status_code == 404
    choose_communes(import_id=run.pk, answers={"01090": GUEREINS}, now=now)
    with tenant_context(other_tenant):
        assert not CommuneChoice.objects.exists()


PLACES = st.tuples(
    st.sampled_from([None, "01090", "13001", "29200", "99999"]),
    st.sampled_from([None, "", "Lurcy", "Marseil", "BREST", "Paris"]),
    st.sampled_from([None, "FR", "BE"]),
)


@settings(deadline=None)  # the table of all communes is made once
@given(st.lists(PLACES, min_size=1, max_size=12), st.integers(0, 6))
def test_places_of_earlier_rows_are_remembered_and_nothing_else_is_told(places: list[tuple[str]], kept: int) -> None:
    people = pl.DataFrame(places, schema=PLACE, orient="row")
    at_once = Communes({"01090": GUEREINS}).told_of(people)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("crm.imports.staging.KEPT_PLACES", kept)
        communes = Communes({"01090": GUEREINS})
        found = [communes.told_of(people[number : number + 2]) for number in range(0, people.height, 2)]
    assert pl.concat(found).rows() == at_once.rows()
