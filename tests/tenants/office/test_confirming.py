"""The page that asks for the code again: what it says, what its field keeps, the way back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tenants.users.models import User
from tests.conftest import TenantClient
from tests.factors import CODE, give_factor

OWN = "/bureau/account/second-facteur/"
SET_UP = f"{OWN}installer/"
EXPORT = "/bureau/personnes/exports/nouveau/"
KEPT = "Ce que vous aviez saisi est gardé"


@pytest.fixture
def office(owner: User, office_as: Callable[[str], TenantClient]) -> TenantClient:
    give_factor(owner)
    return office_as("owner")


def ways(answer: Any) -> dict[str, list[str]]:
    assert answer["Location"].startswith(CODE)
    return parse_qs(urlsplit(answer["Location"]).query)


def from_page(browser: TenantClient, page: str) -> dict[str, str]:
    return {"referer": f"http://{browser.get(OWN).wsgi_request.get_host()}{page}"}


def test_it_leads_back_to_where_the_link_or_the_button_was(office: TenantClient) -> None:
    on_own = from_page(office, f"{OWN}?a=1")
    assert ways(office.post(f"{OWN}codes/", headers=on_own)) == {"next": [f"{OWN}?a=1"], "back": [f"{OWN}?a=1"]}
    asked = office.get(SET_UP, headers=on_own)
    assert ways(asked) == {"next": [SET_UP], "back": [f"{OWN}?a=1"]}
    for answer in (office.get(asked["Location"]), office.post(asked["Location"], {"code": "12345x"})):
        assert f'href="{OWN}?a=1">Annuler</a>' in answer.content.decode()


@pytest.mark.parametrize("page", [SET_UP, f"{CODE}?next={SET_UP}", "//evil.example/"])
def test_the_way_back_never_asks_for_the_code_again_and_stays_here(office: TenantClient, page: str) -> None:
    asked = office.get(SET_UP, headers=from_page(office, page))
    assert 'href="/bureau/">Annuler</a>' in office.get(asked["Location"]).content.decode()


def test_a_way_back_to_somewhere_else_is_not_taken(office: TenantClient) -> None:
    page = office.get(f"{CODE}?{urlencode({'next': SET_UP, 'back': 'https://evil.example/'})}").content.decode()
    assert "evil" not in page
    assert 'href="/bureau/">Annuler</a>' in page


def test_it_says_that_what_was_typed_is_kept(office: TenantClient) -> None:
    assert KEPT not in office.get(f"{CODE}?next={EXPORT}").content.decode()
    asked = office.post(EXPORT, {"reason": "Soirée"}, headers=from_page(office, EXPORT))
    assert ways(asked) == {"next": [EXPORT]}
    assert KEPT in office.get(asked["Location"]).content.decode()
    assert KEPT not in office.get(f"{CODE}?next={SET_UP}").content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("12345x", "Ce code n’est pas le bon"),
        ("", "Tapez les six chiffres que montre votre application, ou un code de secours."),
    ],
)
def test_a_code_that_was_refused_leaves_the_field_empty(office: TenantClient, typed: str, told: str) -> None:
    answer = office.post(f"{CODE}?next={SET_UP}", {"code": typed, "csrfmiddlewaretoken": "-"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert "12345x" not in page
    field = page[page.index('name="code"') :].partition(">")[0]
    assert 'autocomplete="one-time-code"' in field
    assert "inputmode" not in field  # a recovery code has letters


def test_the_first_code_is_of_digits_only(office_as: Callable[[str], TenantClient], owner: User) -> None:
    browser = office_as("owner")
    browser.post(OWN, {"password": "correct horse"})
    page = browser.post(SET_UP, {"code": "", "csrfmiddlewaretoken": "-"}).content.decode()
    field = page[page.index('name="code"') :].partition(">")[0]
    assert 'inputmode="numeric"' in field
    assert 'autocomplete="one-time-code"' in field
    assert "autofocus" not in field
    assert "Tapez les six chiffres que l’application montre maintenant.</p>" in page.partition("error-message")[2]
