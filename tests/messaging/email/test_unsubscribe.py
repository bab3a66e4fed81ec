"""One click to leave (RFC 8058), and what a recipient's links may and may not do."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from crm.consent.entries import Source
from crm.consent.models import ConsentEntry
from crm.consent.services import record_consents
from crm.people.models import Activity, Person
from messaging.deliveries.enums import DeliveryState, Reason
from messaging.deliveries.models import Delivery
from messaging.deliveries.services import prepare_mailing
from messaging.email.merge import mark
from messaging.email.models import Dispatch
from messaging.email.tokens import UNSUBSCRIBE, VIEW, TokenMaker
from messaging.email.unsubscribing import masked
from messaging.email.urls_of_mail import unsubscribe_path, view_path
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, consent, draft, people, person, send, token_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def delivery(owner: User, sink: Sink) -> Delivery:
    person("lea", first_name="Léa", city="Brest")
    mailing = send(draft(owner), owner).mailing
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    return Delivery.objects.get(mailing=mailing)


@pytest.fixture
def address(delivery: Delivery) -> str:
    return unsubscribe_path(token_of(delivery, UNSUBSCRIBE))


def test_looking_at_the_page_changes_nothing(site: Client, delivery: Delivery, address: str) -> None:
    entries = ConsentEntry.objects.count()
    page = site.get(address)

    assert page.status_code == 200
    assert "l•••a@e•••.org" in page.content.decode()
    assert "lea@example.org" not in page.content.decode()
    assert ConsentEntry.objects.count() == entries
    assert Person.objects.get().can_email


def test_the_pages_set_no_cookie(site: Client, delivery: Delivery, address: str) -> None:
    view = view_path(token_of(delivery, VIEW))
    answers = [site.get(address), site.get(view), site.post(address, {"scope": "email"}), site.get(address)]
    assert [(answer.status_code, dict(answer.cookies)) for answer in answers] == [(200, {})] * 4


def test_one_click_without_cookie_nor_form_leaves_at_once(
    delivery: Delivery, address: str, tenant: TenantFacts
) -> None:
    mailbox = TenantClient(tenant.primary_host, enforce_csrf_checks=True)
    answer = mailbox.post(address, ONE_CLICK)

    assert answer.status_code == 200
    assert not Person.objects.get().can_email
    last = ConsentEntry.objects.latest("id")
    assert (last.granted, last.source_kind, last.source_reference) == (False, "unsubscribe", f"delivery:{delivery.pk}")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (DeliveryState.SKIPPED, Reason.UNSUBSCRIBED)
    assert delivery.unsubscribed_at is not None
    assert Activity.objects.filter(kind="unsubscribed").count() == 1


def test_measuring_is_stopped_by_one_click_and_the_mails_go_on(
    site: Client, delivery: Delivery, address: str, tenant: TenantFacts
) -> None:
    assert "mesure" not in site.get(address).content.decode()
    source = Source("form", "form:1", is_proven=True)
    record_consents(person_id=delivery.person_id, consents=[consent("tracking")], source=source, now=NOW)
    assert 'id="mesure"' in site.get(address).content.decode()

    done = site.post(address, {"scope": "measuring"}).content.decode()

    assert "plus rien n’est mesuré" in done
    last = ConsentEntry.objects.latest("id")
    assert (last.purpose, last.granted, last.source_kind) == ("tracking", False, "unsubscribe")
    assert Person.objects.get().can_email
    delivery.refresh_from_db()
    assert (delivery.state, delivery.unsubscribed_at) == (DeliveryState.QUEUED, None)


def test_clicking_twice_writes_once(site: Client, delivery: Delivery, address: str) -> None:
    site.post(address, ONE_CLICK)
    entries = ConsentEntry.objects.count()
    site.post(address, ONE_CLICK)

    assert ConsentEntry.objects.count() == entries
    assert Activity.objects.filter(kind="unsubscribed").count() == 1


def test_a_slip_is_undone_from_the_same_page_within_the_hour_only(
    site: Client, delivery: Delivery, address: str
) -> None:
    site.post(address, {"scope": "email"})
    site.post(address, {"retour": "1"})
    assert Person.objects.get().can_email

    site.post(address, {"scope": "email"})
    Delivery.objects.update(unsubscribed_at=NOW.replace(year=2020))
    site.post(address, {"retour": "1"})
    assert not Person.objects.get().can_email


def test_leaving_everything_covers_every_channel(site: Client, delivery: Delivery, address: str) -> None:
    site.post(address, {"scope": "all"})

    refused = set(ConsentEntry.objects.filter(granted=False).values_list("channel", flat=True))
    assert refused == {"email", "sms", "phone", "post"}


def test_the_link_of_another_campaign_opens_nothing(
    site: Client, delivery: Delivery, other_tenant: TenantFacts
) -> None:
    with tenant_context(other_tenant):
        foreign = TokenMaker(UNSUBSCRIBE).make(person_id=delivery.person_id, delivery_id=delivery.pk)

    assert site.post(unsubscribe_path(foreign), ONE_CLICK).status_code == 404
    assert Person.objects.get().can_email


def test_a_link_to_read_is_not_a_link_to_leave(site: Client, delivery: Delivery) -> None:
    assert site.post(unsubscribe_path(token_of(delivery, VIEW)), ONE_CLICK).status_code == 404
    assert Person.objects.get().can_email


def test_a_forged_or_cut_link_says_what_to_do(site: Client, delivery: Delivery, address: str) -> None:
    page = site.get(address[:-4] + "/")

    assert page.status_code == 404
    assert "mailto:bonjour@kervella.example" in page.content.decode()


def test_the_mail_can_be_read_in_a_browser_under_a_strict_policy(site: Client, delivery: Delivery) -> None:
    page = site.get(view_path(token_of(delivery, VIEW)))

    assert "Bonjour Léa," in page.content.decode()
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_mail_in_a_browser_is_one_main_part_with_its_subject_as_heading(site: Client, delivery: Delivery) -> None:
    Dispatch.objects.update(subject=mark("Léa & {{ prénom }}"))
    page = site.get(view_path(token_of(delivery, VIEW))).content.decode()
    body = page[page.index("<body") : page.index("</body>")]

    assert (body.count("<main>"), body.count("</main>")) == (1, 1)
    assert body.split(">", 1)[1].startswith("<main><h1 ")
    assert ">Léa &amp; Léa</h1>" in body
    assert body.endswith("</main>")
    assert "<main" not in Dispatch.objects.get().html  # which mail programs receive


def test_the_mail_in_a_browser_does_not_offer_to_be_seen_in_a_browser(site: Client, delivery: Delivery) -> None:
    page = site.get(view_path(token_of(delivery, VIEW))).content.decode()

    assert "Voir dans un navigateur" in Dispatch.objects.get().html
    assert "Se désinscrire" in page
    assert "Ce que nous faisons de vos données</a></p>" in page
    assert "navigateur" not in page


def test_the_link_of_a_trial_changes_nothing(site: Client, tenant: TenantFacts, owner: User) -> None:
    people(1)
    token = TokenMaker(UNSUBSCRIBE).make(person_id=0, delivery_id=0)

    assert site.post(unsubscribe_path(token), ONE_CLICK).status_code == 200
    assert Person.objects.get().can_email


@pytest.mark.parametrize(
    ("address", "shown"),
    [("lea.martin@example.org", "l•••n@e•••.org"), ("a@b.fr", "a•••@b•••.fr"), ("", "•••"), ("x@local", "•••")],
)
def test_a_masked_address_tells_its_owner_and_nobody_else(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_addresses_in_mails_are_those_of_the_site(delivery: Delivery, settings: Any) -> None:
    assert resolve(unsubscribe_path("x")).url_name == "unsubscribe"
    assert resolve(view_path("x")).url_name == "view_in_browser"
