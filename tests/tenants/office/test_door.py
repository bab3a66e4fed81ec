import re
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.utils import timezone

from tenants.context import tenant_context
from tenants.entry import Entry, new_token_id, seal_entry
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.conftest import TenantClient


@pytest.fixture
def token(tenant: TenantFacts) -> str:
    entry = Entry(
        email="Ada@Example.org",
        first_name="Ada",
        last_name="Durand",
        password_hash=make_password("correct horse"),
        language="en",
        role="owner",
        token_id=new_token_id(),
    )
    return seal_entry(uuid=tenant.uuid, cell=tenant.cell, entry=entry, now=timezone.now())


def test_looking_at_the_link_uses_nothing_up(site: TenantClient, token: str) -> None:
    for _look in range(2):
        assert site.get("/bureau/entrer/", {"jeton": token}).status_code == 200

    assert not User.objects.exists()


def test_the_link_makes_the_owner_and_signs_her_in(site: TenantClient, token: str) -> None:
    answer = site.post("/bureau/entrer/", {"jeton": token})

    ada = User.objects.get(email="ada@example.org")
    assert (ada.role, ada.language, ada.check_password("correct horse")) == ("owner", "en", True)
    assert answer["Location"] == "/bureau/"
    assert "Welcome, Ada" in site.get("/bureau/").content.decode()


def test_the_link_opens_once(site: TenantClient, token: str) -> None:
    site.post("/bureau/entrer/", {"jeton": token})

    assert site.post("/bureau/entrer/", {"jeton": token}).status_code == 410
    assert site.get("/bureau/entrer/", {"jeton": token}).status_code == 410


def test_who_has_an_account_keeps_her_role_and_password(site: TenantClient, token: str, member_as: Any) -> None:
    member_as("manager")
    User.objects.update(email="ada@example.org")

    site.post("/bureau/entrer/", {"jeton": token})

    ada = User.objects.get(email="ada@example.org")
    assert ada.role == "manager"


def test_another_campaigns_link_does_not_open(other_tenant: TenantFacts, token: str) -> None:
    browser = TenantClient(other_tenant.primary_host)

    assert browser.post("/bureau/entrer/", {"jeton": token}).status_code == 410
    with tenant_context(other_tenant):
        assert not User.objects.filter(email="ada@example.org").exists()


def test_a_wrong_password_is_explained(site: TenantClient, owner: User) -> None:
    answer = site.post("/bureau/login/", {"username": owner.email, "password": "wrong"})

    assert "ne vont pas ensemble" in answer.content.decode()


def test_the_address_may_be_written_in_capitals(site: TenantClient, owner: User) -> None:
    answer = site.post("/bureau/login/", {"username": owner.email.upper(), "password": "correct horse"})

    assert answer["Location"] == "/bureau/"


def test_a_forgotten_password_is_mended_by_mail(
    site: TenantClient, owner: User, tenant: TenantFacts, run_tasks: None
) -> None:
    site.post("/bureau/password_reset/", {"email": owner.email.upper()})
    letter = str(mail.outbox[0].body)
    found = re.search(rf"{re.escape(tenant.absolute_url(''))}(/bureau/password_reset/\S+)", letter)
    assert found

    page = site.get(found[1], follow=True)
    words = {"new_password1": "marché du Prado", "new_password2": "marché du Prado"}
    site.post(page.redirect_chain[-1][0], words)

    assert User.objects.get(pk=owner.pk).check_password("marché du Prado")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(site: TenantClient, owner: User, run_tasks: None) -> None:
    known = site.post("/bureau/password_reset/", {"email": owner.email})
    unknown = site.post("/bureau/password_reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(mail.outbox) == 1


def test_an_unknown_address_of_the_office_has_a_page_in_style(office: TenantClient) -> None:
    answer = office.get("/bureau/nothing/")

    assert answer.status_code == 404
    assert "iso-porte" in answer.content.decode()


def test_passwords_cannot_be_tried_for_long(site: TenantClient, owner: User, settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    answers = [site.post("/bureau/login/", {"username": owner.email, "password": "x"}) for _try in range(11)]

    assert (answers[0].status_code, answers[-1].status_code) == (200, 429)
    assert "Rien n’est perdu." in answers[-1].content.decode()


def test_a_form_that_waited_too_long_is_explained_in_style(tenant: TenantFacts) -> None:
    browser = TenantClient(tenant.primary_host, enforce_csrf_checks=True)

    answer = browser.post("/bureau/login/", {"username": "a@example.org", "password": "x"})

    assert answer.status_code == 403
    assert "iso-porte" in answer.content.decode()
