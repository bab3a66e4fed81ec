import re
from typing import Any

import pytest
from django.core import mail

from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("public_schema", "run_tasks")


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.org"])
def test_a_customer_signs_in(platform: TenantClient, customer: User, email: str) -> None:
    response = platform.post("/connexion/", {"email": email, "password": PASSWORD})
    assert response["Location"] == "/compte/"
    assert platform.get("/compte/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(platform: TenantClient, customer: User, target: str) -> None:
    response = platform.post("/connexion/", {"email": customer.email, "password": PASSWORD, "next": target})
    assert response["Location"] == "/compte/"


def test_a_wrong_password_and_an_unknown_address_sound_the_same(platform: TenantClient, customer: User) -> None:
    wrong = platform.post("/connexion/", {"email": customer.email, "password": "nope-nope-nope"}).content.decode()
    unknown = platform.post(
        "/connexion/", {"email": "boris@example.org", "password": "nope-nope-nope"}
    ).content.decode()
    sentence = "ne vont pas ensemble"
    assert sentence in wrong
    assert sentence in unknown


def test_guessing_a_password_comes_to_an_end(platform: TenantClient, customer: User, settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    codes = [
        platform.post("/connexion/", {"email": customer.email, "password": "x" * 12}).status_code for _ in range(11)
    ]
    assert codes == [422] * 10 + [429]


def test_guessing_one_password_from_many_places_comes_to_an_end_too(
    platform: TenantClient, customer: User, settings: Any
) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    values = {"email": customer.email.upper(), "password": "x" * 12}
    codes = [
        platform.post("/connexion/", values, REMOTE_ADDR=f"198.51.100.{place}").status_code for place in range(1, 12)
    ]
    assert codes == [422] * 10 + [429]


def test_signing_out_takes_a_post(signed_in: TenantClient) -> None:
    assert signed_in.get("/deconnexion/").status_code == 405
    signed_in.post("/deconnexion/")
    assert signed_in.get("/compte/").status_code == 302


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(
    platform: TenantClient, customer: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        platform.post("/mot-de-passe/", {"email": "ADA@example.org"})
    found = re.search(r"/mot-de-passe/\S+", str(mail.outbox[0].body))
    assert found
    link = found.group(0)
    assert platform.get(link)["Referrer-Policy"] == "no-referrer"
    assert platform.post(link, {"password": "rideau"}).status_code == 422
    assert platform.post(link, {"password": "rideau-neuf-2027"})["Location"] == "/connexion/"
    assert platform.post(link, {"password": "encore-autre-2027"}).status_code == 404
    customer.refresh_from_db()
    assert customer.check_password("rideau-neuf-2027")


def test_an_unknown_address_gets_the_same_page_and_no_mail(
    platform: TenantClient, customer: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        known = platform.post("/mot-de-passe/", {"email": customer.email})
        unknown = platform.post("/mot-de-passe/", {"email": "boris@example.org"})
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert strip.sub("", known.content.decode()) == strip.sub("", unknown.content.decode())
    assert [message.to for message in mail.outbox] == [[customer.email]]


def test_mails_speak_the_receivers_language(
    platform: TenantClient, customer: User, django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.update(language="en")
    platform.cookies["language"] = "fr"
    with django_capture_on_commit_callbacks(execute=True):
        platform.post("/mot-de-passe/", {"email": customer.email})
    message: Any = mail.outbox[0]
    assert message.subject == "Choose a new password"
    assert [kind for _body, kind in message.alternatives] == ["text/html"]


def test_the_profile_changes_name_and_language(signed_in: TenantClient, customer: User) -> None:
    signed_in.post("/compte/profil/", {"first_name": "Adèle", "last_name": "Durand", "language": "en"})
    customer.refresh_from_db()
    assert (customer.first_name, customer.language) == ("Adèle", "en")


def test_the_password_changes_with_the_current_one_only_and_keeps_the_session(
    signed_in: TenantClient, customer: User
) -> None:
    wrong = signed_in.post("/compte/profil/", {"current": "nope", "password": "rideau-neuf-2027"})
    assert wrong.status_code == 422
    signed_in.post("/compte/profil/", {"current": PASSWORD, "password": "rideau-neuf-2027"})
    customer.refresh_from_db()
    assert customer.check_password("rideau-neuf-2027")
    assert signed_in.get("/compte/").status_code == 200


def test_the_language_is_kept_in_a_cookie_and_in_the_account(signed_in: TenantClient, customer: User) -> None:
    response = signed_in.post("/langue/", {"language": "en", "next": "/compte/"})
    assert (response["Location"], response.cookies["language"].value) == ("/compte/", "en")
    customer.refresh_from_db()
    assert customer.language == "en"
    assert signed_in.post("/langue/", {"language": "xx", "next": "//evil.example"})["Location"] == "/"
