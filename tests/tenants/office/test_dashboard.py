from collections.abc import Callable
from functools import partial

import pytest

from tenants.office import checklist
from tests.conftest import TenantClient


def test_the_dashboard_greets_the_member_and_shows_the_steps(office: TenantClient) -> None:
    page = office.get("/bureau/").content.decode()

    assert "Bienvenue, Ada" in page or "Welcome, Ada" in page
    assert page.count('class="iso-etapes"') == 1
    assert "people-quality" not in page  # nothing but zeros while nobody is there


def test_a_stranger_is_sent_to_the_login_page(site: TenantClient) -> None:
    response = site.get("/bureau/")

    assert response.status_code == 302
    assert response["Location"] == "/bureau/login/?next=/bureau/"


def test_the_first_open_step_is_next(tenant: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checklist, "_steps", {})
    for key, order, is_done in (("c", 30, False), ("a", 10, True), ("b", 20, False)):
        checklist.register_step(key, key, "office:team", partial(bool, is_done), order)

    steps = checklist.checklist()

    assert [(step.label, step.is_done, step.is_next) for step in steps] == [
        ("a", True, False),
        ("b", False, True),
        ("c", False, False),
    ]


@pytest.mark.parametrize(
    ("role", "shown"), [("owner", True), ("manager", True), ("communications", False), ("reader", False)]
)
def test_the_menu_shows_settings_and_team_to_those_who_may_open_them(
    role: str, shown: bool, office_as: Callable[[str], TenantClient]
) -> None:
    page = office_as(role).get("/bureau/").content.decode()

    assert ("/bureau/equipe/" in page.split('id="main"')[0]) is shown
    assert ("/bureau/reglages/" in page.split('id="main"')[0]) is shown
