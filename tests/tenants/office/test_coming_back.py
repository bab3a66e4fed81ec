"""A session that ended: where signing in leads, and what is said of what a button sent in vain."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages

from tenants.users.models import User
from tests.conftest import TenantClient
from tests.factors import current_code, give_factor

LOGIN = "/bureau/login/"
IMPORTS = "/bureau/imports/"
UPLOAD = f"{IMPORTS}fichier/"
LOST = "La session était terminée avant cet envoi"


def sign_in(browser: TenantClient, user: User, page: str) -> Any:
    values = {"username": user.email, "password": "correct horse", "next": page}
    return browser.post(LOGIN, values)


def is_told(answer: Any) -> bool:
    return any(LOST in str(message) for message in get_messages(answer.wsgi_request))


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://{host}/bureau/imports/?page=2", "/bureau/imports/%3Fpage%3D2"),
        ("https://evil.example/bureau/imports/", "/bureau/"),
        ("http://{host}.evil.example/bureau/", "/bureau/"),
        ("", "/bureau/"),
    ],
)
def test_after_a_button_signing_in_leads_to_the_page_that_it_was_on(
    site: TenantClient, owner: User, referer: str, page: str
) -> None:
    host = site.get(LOGIN).wsgi_request.get_host()
    answer = site.post(UPLOAD, headers={"referer": referer.format(host=host)})
    assert answer["Location"] == f"{LOGIN}?next={page}"


def test_after_a_link_signing_in_leads_to_the_page_itself_and_nothing_was_lost(site: TenantClient, owner: User) -> None:
    assert site.get(f"{IMPORTS}?page=2")["Location"] == f"{LOGIN}?next=/bureau/imports/%3Fpage%3D2"
    assert not is_told(sign_in(site, owner, IMPORTS))


@pytest.mark.parametrize("has_factor", [False, True])
def test_it_is_told_once_that_what_was_sent_is_lost(site: TenantClient, owner: User, has_factor: bool) -> None:
    if has_factor:
        give_factor(owner)
    site.post(UPLOAD)
    answer = sign_in(site, owner, IMPORTS)
    if has_factor:
        assert not is_told(answer)
        answer = site.post(answer["Location"], {"code": current_code(owner)})
    assert answer["Location"] == IMPORTS
    assert is_told(answer)
    assert LOST in site.get(IMPORTS).content.decode()
    assert LOST not in site.get(IMPORTS).content.decode()


def test_what_a_script_sent_by_itself_is_not_told(site: TenantClient, owner: User) -> None:
    site.post(UPLOAD, headers={"sec-fetch-mode": "cors"})
    assert not is_told(sign_in(site, owner, IMPORTS))


@pytest.mark.parametrize("address", ["/bureau/account/second-facteur/codes/", "/bureau/equipe/second-facteur/"])
def test_the_address_of_a_button_has_a_page_of_the_office(
    office_as: Callable[[str], TenantClient], owner: User, address: str
) -> None:
    answer = office_as("owner").get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Revenir au tableau de bord" in answer.content.decode()
