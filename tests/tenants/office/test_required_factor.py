"""A second factor that becomes required while sessions are open."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.utils import timezone

from crm.people.models import Tag
from tenants.factors.models import AuthenticatorApp
from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile, SupportVisit
from tenants.office.profile import campaign_profile
from tenants.office.services.profile import save_profile
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.factors import confirm, current_code, give_factor

OWN = "/bureau/account/second-facteur/"
SET_UP = f"{OWN}installer/"
PASSWORD = {"password": "correct horse"}
TAGS = "/bureau/personnes/etiquettes/"


@pytest.fixture
def office(owner: User, office_as: Callable[[str], TenantClient]) -> TenantClient:
    return office_as("owner")


@pytest.fixture
def required(tenant: TenantFacts) -> None:
    save_profile(profile=campaign_profile(), now=timezone.now(), requires_second_factor=True)


def enrol(browser: TenantClient, user: User, query: str = "") -> Any:
    browser.post(OWN + query, PASSWORD)
    browser.get(SET_UP + query)
    return browser.post(SET_UP + query, {"code": current_code(user, confirmed=False)})


def test_switching_it_on_leads_whoever_has_none_to_it_at_the_next_page_and_then_on(
    office_as: Callable[[str], TenantClient], owner: User, member_as: Callable[[str], User]
) -> None:
    boris = member_as("manager")
    ada, his = office_as("owner"), office_as("manager")
    confirm(ada, owner, to="/bureau/equipe/")
    assert his.get("/bureau/personnes/").status_code == 200
    ada.post("/bureau/equipe/second-facteur/", {"required": "1"})
    wanted = "/bureau/personnes/?departement=13&sort=name"
    query = f"?{urlencode({'next': wanted})}"
    assert his.get(wanted)["Location"] == OWN + query
    assert "demande désormais un second facteur à chacun" in his.get(OWN + query).content.decode()
    assert enrol(his, boris, query).context["onward"] == wanted
    assert his.get(wanted).status_code == 200
    assert ada.get("/bureau/").status_code == 200


@pytest.mark.parametrize(
    "page", ["/bureau/", "/bureau/pages/", "/bureau/images/", "/bureau/account/", "/bureau/reports/", "/bureau/tris/"]
)
def test_no_page_opens_before_neither_ours_nor_wagtails(office: TenantClient, required: None, page: str) -> None:
    assert office.get(page)["Location"] == f"{OWN}?{urlencode({'next': page})}"
    script = office.get(page, headers={"sec-fetch-mode": "cors"})
    assert (script.status_code, "second facteur" in script.content.decode()) == (403, True)


def test_what_was_being_sent_is_not_recorded_and_can_be_sent_again(
    office: TenantClient, owner: User, required: None
) -> None:
    answer = office.post(f"{TAGS}ajouter/", {"name": "Vélo"})
    assert answer.status_code == 403
    assert "rechargez la page" in answer.content.decode()
    assert not Tag.objects.filter(name="Vélo").exists()
    enrol(office, owner)
    office.post(f"{TAGS}ajouter/", {"name": "Vélo"})
    assert Tag.objects.filter(name="Vélo").exists()


def test_a_session_without_the_password_sets_none_up(office: TenantClient, owner: User, required: None) -> None:
    assert office.get(SET_UP)["Location"].startswith(OWN)
    assert office.post(OWN, {"password": "guess"}).status_code == 422
    assert office.get(SET_UP)["Location"].startswith(OWN)
    assert not AuthenticatorApp.objects.exists()


def test_signing_out_stays_possible(office: TenantClient, required: None) -> None:
    assert office.post("/bureau/logout/").status_code == 302
    assert office.get("/bureau/")["Location"].startswith("/bureau/login/")


def test_a_forgotten_password_is_mended_from_an_open_session_too(office: TenantClient, required: None) -> None:
    assert office.get("/bureau/password_reset/").status_code == 200
    assert office.get("/bureau/password_reset/confirm/x/set-password/").status_code == 200


def test_neither_support_nor_whoever_has_one_is_stopped(
    office_as: Callable[[str], TenantClient], member_as: Callable[[str], User], required: None
) -> None:
    boris, dov = member_as("manager"), member_as("reader")
    give_factor(boris)
    now = timezone.now()
    SupportVisit.objects.create(user=dov, grant=uuid4(), began_at=now, ends_at=now + timedelta(hours=1))
    assert office_as("manager").get("/bureau/").status_code == 200
    assert office_as("reader").get("/bureau/").status_code == 200


def test_it_is_left_to_each_member_again(office: TenantClient, required: None) -> None:
    assert office.get("/bureau/").status_code == 302
    CampaignProfile.objects.update(requires_second_factor=False)
    assert office.get("/bureau/").status_code == 200
