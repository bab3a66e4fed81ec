"""Asking for an export: with a second factor, once, by whoever may; what was typed is not lost."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from crm.access.models import AccessEntry
from crm.exports.models import ColumnChoice
from crm.people.models import Person
from crm.runs.models import Run
from tenants.factors.models import AuthenticatorApp
from tenants.users.models import User
from tests.crm.exports.exporting import NEW, WISH, export
from tests.factors import CODE, confirm, current_code, give_factor


def test_the_second_factor_is_asked_first(office: Any, people: list[Person]) -> None:
    asked = f"{CODE}?next=%2Fbureau%2Fpersonnes%2Fexports%2Fnouveau%2F%3Fq%3Dzoe"
    assert office.get(f"{NEW}?q=zoe").url == asked
    assert office.post(NEW, WISH).url.startswith(CODE)
    assert not Run.objects.exists()
    ada = User.objects.get()
    give_factor(ada)
    assert office.post(asked, {"code": "12345x"}).status_code == 422
    AuthenticatorApp.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert office.post(asked, {"code": current_code(ada)}).url == f"{NEW}?q=zoe"
    assert office.get(NEW).status_code == 200
    away = office.post(f"{CODE}?next=https://evil.example/", {"code": current_code(ada, steps=1)})
    assert away.url == "/bureau/account/second-facteur/"


def test_whoever_has_no_second_factor_sets_one_up_and_goes_on(office: Any, people: list[Person]) -> None:
    begin = office.get(office.get(NEW).url)
    assert begin.url == f"/bureau/account/second-facteur/?next={quote(NEW, safe='')}"
    assert "sans second facteur" in office.get(begin.url).content.decode()
    assert office.post(begin.url, {"password": "wrong"}).status_code == 422
    picture = office.post(begin.url, {"password": "correct horse"}).url
    office.get(picture)
    codes = office.post(picture, {"code": current_code(User.objects.get(), confirmed=False)})
    assert codes.context["onward"] == NEW
    assert office.get(NEW).status_code == 200


def test_two_clicks_are_one_export(confirmed: Any, people: list[Person]) -> None:
    page = confirmed.get(f"{NEW}?q=zoe").content.decode()
    key = page.partition('name="key" value="')[2].partition('"')[0]
    wish = {**WISH, "key": key, "keep_as": "Tractage"}
    addresses = {confirmed.post(f"{NEW}?q=zoe", wish).url for _twice in range(2)}
    assert (len(addresses), Run.objects.count(), AccessEntry.objects.filter(kind="asked").count()) == (1, 1, 1)

    confirmed.post(
        f"{NEW}?q=zoe", {**wish, "reason": "Une autre soirée", "keep_as": ""}
    )  # gone back, and wished otherwise
    assert Run.objects.count() == 2


def test_what_was_typed_is_there_after_the_code(office: Any, people: list[Person]) -> None:
    address = f"{NEW}?q=zoe"
    answer = office.post(address, {**WISH, "columns": ["city", "notes"], "format": "json"})
    assert answer.url == f"{CODE}?{urlencode({'next': address})}"
    assert confirm(office, User.objects.get(), to=address).url == address

    page = office.get(address)
    form = page.content.decode()
    assert page.context["form"].data.dict() == {**WISH, "columns": "notes", "format": "json"}
    assert page.context["ticked"] == ["city", "notes"]
    for part in ('value="Soirée du 3 mai"', 'value="city" checked', 'value="json" selected', "Ce que vous aviez saisi"):
        assert part in form
    assert not Run.objects.exists()
    assert office.get(address).context["form"].is_bound is False  # once


@pytest.mark.parametrize(("query", "status"), [("segment=²", 404), ("columns=²", 200), ("ids=²", 200)])
def test_what_is_no_number_in_the_address_is_no_error(confirmed: Any, query: str, status: int) -> None:
    assert confirmed.get(f"{NEW}?{query}").status_code == status


def test_bad_wishes_are_told(confirmed: Any, people: list[Person]) -> None:
    wrongs: list[dict[str, Any]] = [{"columns": []}, {"columns": ["password"]}, {"format": "exe"}, {"reason": ""}]
    for wrong in wrongs:
        assert confirmed.post(NEW, {**WISH, **wrong}).status_code == 422
    assert not Run.objects.exists()


def test_a_choice_of_columns_is_kept(
    confirmed: Any, people: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    export(confirmed, django_capture_on_commit_callbacks, keep_as="Tractage")
    choice = ColumnChoice.objects.get()

    page = confirmed.get(f"{NEW}?columns={choice.pk}").content.decode()

    assert "Tractage" in page
    assert page.count("checked") == len(WISH["columns"])
    assert confirmed.post(NEW, {**WISH, "keep_as": "Tractage", "columns": ["email"]}).status_code == 422


@pytest.mark.parametrize("role", ["communications", "reader"])
def test_only_owner_and_manager_take_data_out(office_as: Callable[[str], Any], people: list[Person], role: str) -> None:
    client = office_as(role)
    for address in (
        NEW,
        "/bureau/personnes/exports/",
        "/bureau/reglages/acces/journal/",
        "/bureau/reglages/acces/journal.csv",
    ):
        assert client.get(address).status_code == 403
    assert "exports/nouveau" not in client.get("/bureau/personnes/").content.decode()
