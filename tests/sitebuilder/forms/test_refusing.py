"""«Never again»: no confirmation mail reaches an address whose owner said so, and nobody at the form learns of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.consent.models import ConsentEntry
from crm.people.erasing import erase_person
from crm.people.models import Activity, Person
from sitebuilder.forms import confirming
from sitebuilder.forms.models import Confirmation, ConfirmationRefusal
from sitebuilder.forms.refusing import refusal_path
from tenants.context import enter
from tenants.facts import TenantFacts
from tests.conftest import TenantClient
from tests.sitebuilder.forms.signing import EMAIL, confirms, link_of, refusal_of, sign_up

NEVER, AGAIN = {"wish": "never"}, {"wish": "again"}
pytestmark = pytest.mark.usefixtures("_mails_leave")


@pytest.fixture
def refused(site: Client, tenant: TenantFacts) -> str:
    """Somebody typed her address; she wants no more of it. The path of her link."""
    sign_up(site)
    path = refusal_of(mail.outbox[0])
    site.post(path, NEVER)
    mail.outbox.clear()
    return path


def test_looking_at_the_link_changes_nothing_and_the_button_ends_the_mails(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    path = refusal_of(mail.outbox[0])
    assert path == refusal_path(EMAIL)
    assert "Plus jamais" in site.get(path).content.decode()  # mail scanners follow links
    sign_up(site)
    assert len(mail.outbox) == 2

    page = site.post(path, NEVER).content.decode()
    sign_up(site)
    sign_up(site, email=EMAIL.upper())

    assert "Plus aucun message de ce genre" in page
    assert len(mail.outbox) == 2
    assert bytes(ConfirmationRefusal.objects.get().address_hash) != EMAIL.encode()


def test_the_page_of_the_confirmation_leads_to_it(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    assert refusal_path(EMAIL) in site.get(link_of(mail.outbox[0])).content.decode()


def test_the_form_answers_the_same_whether_an_address_refused_or_not(site: Client, refused: str) -> None:
    hers, theirs = sign_up(site), sign_up(site, email="boris@example.org")
    number = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|moi=[a-z0-9]+|name=\"jeton\" value=\"[^\"]+\"")

    assert (hers.status_code, number.sub("", hers["Location"])) == (303, number.sub("", theirs["Location"]))
    pages = [site.get(answer["Location"]).content.decode() for answer in (hers, theirs)]
    again = [site.post(answer["Location"]).content.decode() for answer in (hers, theirs)]
    assert number.sub("", pages[0]) == number.sub("", pages[1])
    assert number.sub("", again[0]) == number.sub("", again[1])
    assert {message.to[0] for message in mail.outbox} == {"boris@example.org"}


def test_what_is_held_back_is_not_tried_again_and_holds_nobody_up(
    site: Client, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        sign_up(site)
    assert Confirmation.objects.exclude(held_back_at=None).count() == 3
    monkeypatch.setattr(confirming, "AT_ONCE", 2)
    monkeypatch.setattr(confirming, "PER_CAMPAIGN", 0)
    sign_up(site, email="boris@example.org")
    monkeypatch.setattr(confirming, "PER_CAMPAIGN", 2000)
    assert confirming.send_waiting(now=timezone.now()) == 1
    assert [message.to for message in mail.outbox] == [["boris@example.org"]]


def test_the_same_page_takes_it_back(site: Client, refused: str) -> None:
    assert "Revenir dessus" in site.get(refused).content.decode()
    assert "Vous pouvez de nouveau vous inscrire" in site.post(refused, AGAIN).content.decode()
    sign_up(site)
    assert [message.to for message in mail.outbox] == [[EMAIL]]


def test_the_button_of_an_earlier_mail_confirms_and_takes_it_back(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    first = mail.outbox[0]
    site.post(refusal_of(first), NEVER)
    site.post(link_of(first))
    assert Person.objects.get().can_email
    assert not ConfirmationRefusal.objects.exists()


def test_pressed_twice_it_is_one_refusal(site: Client, refused: str) -> None:
    assert site.post(refused, NEVER).status_code == 200
    assert ConfirmationRefusal.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "0" * 64, "0" * 64 + ":forged", "zz:zz"])
def test_a_link_that_nobody_wrote_is_a_page_not_found(site: Client, tenant: TenantFacts, token: str) -> None:
    assert site.post(f"/inscription/plus-jamais/{token}/", NEVER).status_code == 404
    assert not ConfirmationRefusal.objects.exists()


def test_a_link_of_another_campaign_or_of_a_confirmation_is_refused(
    site: Client, tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    enter(other_tenant)
    theirs = refusal_path(EMAIL)
    enter(tenant)
    sign_up(site)
    confirmation = link_of(mail.outbox[0]).split("/")[3]
    for path in (theirs, f"/inscription/plus-jamais/{confirmation}/"):
        assert site.post(path, NEVER).status_code == 404
    assert not ConfirmationRefusal.objects.exists()


def test_it_outlives_the_erasure_of_the_person(site: Client, refused: str, now: datetime) -> None:
    erase_person(person_id=Person.objects.get().pk, now=now)
    sign_up(site)
    assert mail.outbox == []
    assert site.post(refused, AGAIN).status_code == 200
    assert not ConfirmationRefusal.objects.exists()


def test_a_form_that_asks_for_no_mail_is_not_touched_by_it(site: Client, refused: str) -> None:
    confirms(on=False)
    sign_up(site, email="boris@example.org")
    assert ConsentEntry.objects.count() == 1


def test_her_page_in_the_office_tells_it_and_takes_it_back_at_her_wish(
    site: Client, refused: str, office_as: Callable[[str], TenantClient]
) -> None:
    person = Person.objects.get()
    page = f"/bureau/personnes/{person.uuid}/"
    button, words = f"{page}confirmations/", "Ne veut pas d’e-mail de confirmation"
    reader, manager = office_as("reader"), office_as("manager")
    shown = reader.get(page).content.decode()
    assert (words in shown, button in shown) == (True, False)
    assert reader.post(button).status_code == 403
    assert button in manager.get(page).content.decode()
    assert manager.get(button).status_code == 405
    assert manager.post(button)["Location"] == page
    assert words not in manager.get(page).content.decode()
    assert Activity.objects.filter(kind="confirmations_allowed", person_id=person.pk).count() == 1
    sign_up(site)
    assert [message.to for message in mail.outbox] == [[EMAIL]]


def test_another_campaigns_person_is_not_found(
    refused: str, other_tenant: TenantFacts, office_as: Callable[[str], TenantClient]
) -> None:
    uuid = Person.objects.get().uuid
    office_as("owner")
    enter(other_tenant)
    assert not ConfirmationRefusal.objects.exists()
    assert TenantClient(other_tenant.primary_host).post(f"/bureau/personnes/{uuid}/confirmations/").status_code == 302


def test_the_owner_sees_how_many_there_are(refused: str, office: TenantClient) -> None:
    page = office.get("/bureau/reglages/donnees/").content.decode()
    assert "1 adresse ne veut pas" in page
    assert "1 adresse ne veut pas" not in office.get("/bureau/reglages/identite/").content.decode()


def test_a_mail_that_waits_for_the_server_is_held_back_too(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    path = refusal_of(mail.outbox[0])
    Confirmation.objects.update(sent_at=None, sent_count=0)
    site.post(path, NEVER)
    assert confirming.send_waiting(now=timezone.now() + timedelta(minutes=5)) == 0
    assert len(mail.outbox) == 1


def test_the_database_holds_no_address_for_it(refused: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM siteforms_confirmationrefusal r")
        (row,) = cursor.fetchone()
    assert "ada" not in row
