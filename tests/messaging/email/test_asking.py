"""A request for agreement: the page of the office, the mail, the button, «never again», the report."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.consent.entries import Source
from crm.consent.enums import Relationship
from crm.consent.models import ConsentEntry
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Activity, ErasureRequest, Person
from crm.people.services import ContactData, capture
from crm.segments.models import Segment
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.enums import LegalClass, MailingState
from messaging.deliveries.models import AskedAddress, Delivery, Mailing
from messaging.deliveries.requests import WAIT, erase_unanswered
from messaging.deliveries.services import finish_mailing, prepare_mailing, start_mailing
from messaging.email import asking, services
from messaging.email.models import Dispatch, Message
from messaging.email.services import Order, send_message
from messaging.email.tokens import AGREE, UNSUBSCRIBE, VIEW
from messaging.email.urls_of_mail import agree_path, unsubscribe_path, view_path
from tenants.context import require_tenant
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, person, profile, token_of

pytestmark = pytest.mark.usefixtures("tenant")
URL = "/bureau/messages/demandes/"


def known(name: str, **more: Any) -> int:
    contact = ContactData(email=f"{name}@example.org", first_name=name.title(), **more)
    return capture(contact=contact, kind="imported", source=Source("import", "import:1"), now=NOW).person_id


def sent(mailing: Mailing) -> Mailing:
    prepare_mailing(mailing_id=mailing.pk, now=mailing.starts_at)
    start_mailing(mailing_id=mailing.pk, now=mailing.starts_at)
    send_due_batches(mailing_id=mailing.pk, now=mailing.starts_at, seconds=30)
    finish_mailing(mailing_id=mailing.pk, now=mailing.starts_at)
    mailing.refresh_from_db()
    return mailing


@pytest.fixture
def delivery(office: Client, sink: Sink) -> Delivery:
    """Lea is known from a file and was asked."""
    profile()
    known("lea")
    assert office.post(URL, {"version": 1}).status_code == 302
    sent(Mailing.objects.get())
    return Delivery.objects.get()


@pytest.fixture
def button(delivery: Delivery) -> str:
    return agree_path(token_of(delivery, AGREE))


@pytest.fixture
def never(delivery: Delivery) -> str:
    return unsubscribe_path(token_of(delivery, UNSUBSCRIBE))


def test_the_page_counts_shows_the_mail_and_changes_nothing(office: Client) -> None:
    profile(measures_messages=True)
    known("lea")
    known("roll", relationship="roll")
    person("agreed")
    page = office.get(URL)
    text = page.content.decode()

    assert page.status_code == 200
    assert page.context["reckoning"].asked == 1
    assert {each.reason for each in page.context["reckoning"].minus} == {"agreed", "foreign"}
    assert "Envoyer la demande à 1 personne" in text
    assert "sans aucun mouchard" in text  # whoever is asked has not agreed to be measured either
    assert not Message.objects.exists()
    mail = office.get(f"{URL}cadre/").content.decode()
    assert "Maud Kervella 2027" in mail
    assert "\ue000" not in mail
    assert "accepté" not in mail
    assert "d’où Maud Kervella 2027 tient son adresse" in mail


def test_the_bulk_actions_of_a_list_lead_to_it_with_its_filter(office: Client) -> None:
    profile()
    known("lea", postcode="13001")
    known("max", postcode="59000")
    assert f"{URL}?departement=13" in office.get("/bureau/personnes/actions/?departement=13").content.decode()
    assert office.get(f"{URL}?departement=13").context["reckoning"].asked == 1
    ticked = Person.objects.get(email="max@example.org").pk
    assert office.get(f"{URL}?ids={ticked}").context["reckoning"].total == 1


def test_who_writes_messages_without_changing_people_is_led_to_it_by_the_list(
    office: Client, office_as: Callable[[str], TenantClient]
) -> None:
    assert URL not in office.get("/bureau/personnes/").content.decode().partition("<table")[0]
    assert URL in office_as("communications").get("/bureau/personnes/").content.decode()


def test_a_selection_that_no_longer_holds_is_nobody(office: Client) -> None:
    profile()
    known("lea")
    answer = office.post(f"{URL}?tag=999", {"version": 1})
    assert answer.status_code == 422
    assert not Message.objects.exists()


def test_without_its_legal_notice_nothing_leaves(office: Client) -> None:
    profile(publisher_name="")
    known("lea")
    assert office.post(URL, {"version": 1}).status_code == 422
    assert not Message.objects.exists()


def test_the_mail_says_who_why_whence_and_holds_two_links(
    delivery: Delivery, sink: Sink, button: str, never: str
) -> None:
    message = sink.caught[0].message
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    host = require_tenant().absolute_url("")

    assert "Maud Kervella 2027" in message["Subject"]
    assert host + button in text
    assert host + never in text
    assert "fichier" in text
    assert message["List-Unsubscribe"] == f"<{host}{never}>"
    assert Mailing.objects.get().legal_class == LegalClass.REQUEST


def test_looking_records_nothing_and_the_button_records_the_sentence(
    site: Client, delivery: Delivery, button: str
) -> None:
    page = site.get(button)
    wording = page.context["question"].wording
    assert page.status_code == 200
    assert "lea@example.org" not in page.content.decode()
    assert not ConsentEntry.objects.exists()

    answer = site.post(button)
    site.post(button)

    assert answer.status_code == 200
    assert dict(answer.cookies) == {}
    entry = ConsentEntry.objects.get()
    assert (entry.purpose, entry.channel, entry.basis, entry.granted) == ("news", "email", "consent", True)
    assert (entry.source_kind, entry.source_reference) == ("form", f"delivery:{delivery.pk}")
    assert entry.wording.text == wording
    lea = Person.objects.get()
    assert (lea.can_email, lea.relationship) == (True, Relationship.REGULAR)
    assert Activity.objects.filter(kind="agreed").count() == 1
    delivery.refresh_from_db()
    assert delivery.agreed_at is not None


def test_a_post_from_anywhere_needs_the_signed_link(delivery: Delivery, button: str) -> None:
    strict = TenantClient(require_tenant().primary_host, enforce_csrf_checks=True)
    assert strict.post(button[:-3] + "x/").status_code == 404
    assert not ConsentEntry.objects.exists()
    assert strict.post(agree_path(token_of(delivery, UNSUBSCRIBE))).status_code == 404
    assert strict.post(button).status_code == 200


def test_never_again_is_a_refusal_that_no_slip_turns_into_an_agreement(
    site: Client, delivery: Delivery, never: str, button: str
) -> None:
    assert "no-store" in site.get(never)["Cache-Control"]
    site.post(never, {"scope": "email"})
    entry = ConsentEntry.objects.get()
    assert (entry.purpose, entry.channel, entry.granted) == ("news", "email", False)

    site.post(never, {"retour": "1"})
    assert ConsentEntry.objects.count() == 1
    assert Activity.objects.filter(kind="unsubscribed").count() == 1

    site.post(button)  # she changes her mind, in her own mailbox
    assert Person.objects.get().can_email


def test_the_button_proves_nothing_about_another_address(site: Client, delivery: Delivery, button: str) -> None:
    AskedAddress.objects.update(mailing_id=0)
    assert site.post(button).context["question"] is None
    assert not ConsentEntry.objects.exists()


def test_the_link_of_a_card_that_was_merged_agrees_for_who_was_kept(office: Client, site: Client, sink: Sink) -> None:
    profile()
    keep, merged = known("lea"), known("lea.b")
    office.post(URL, {"version": 1})
    sent(Mailing.objects.get())
    button = agree_path(token_of(Delivery.objects.get(person=merged), AGREE))
    source = Source("office", "duplicates")
    merge_people(
        keep=Person.objects.get(pk=keep), merged=Person.objects.get(pk=merged), source=source, now=timezone.now()
    )

    assert site.post(button).context["done"]
    assert Person.objects.get(pk=keep).can_email
    assert Delivery.objects.filter(agreed_at__isnull=False).count() == 1


def test_after_an_erasure_the_button_does_nothing(site: Client, delivery: Delivery, button: str) -> None:
    erase_person(person_id=delivery.person_id, now=NOW)
    entries = ConsentEntry.objects.count()
    assert site.post(button).context["question"] is None
    assert ConsentEntry.objects.count() == entries


def test_who_answers_during_the_delay_takes_the_erasure_back(site: Client, delivery: Delivery, button: str) -> None:
    settled = Delivery.objects.get().settled_at
    assert settled is not None
    assert erase_unanswered(mailing_id=delivery.mailing_id, now=settled + WAIT + timedelta(hours=1)) == 1
    site.post(button)
    assert not ErasureRequest.objects.exists()
    assert Person.objects.get().can_email


def test_the_report_tells_how_many_agreed(office: Client, site: Client, delivery: Delivery, button: str) -> None:
    site.post(button)
    message = Message.objects.get()
    page = office.get(f"/bureau/messages/{message.pk}/envoi/").content.decode()
    assert "<b>1 personne</b> a donné son accord." in re.sub(r"\s+", " ", page)
    assert "demande d’accord" in page


def test_taken_back_it_is_a_draft_that_can_be_sent_again(office: Client, sink: Sink) -> None:
    profile()
    known("lea")
    office.post(URL, {"version": 1})
    message = Message.objects.get()
    office.post(f"/bureau/messages/{message.pk}/envoi/annulation/")
    assert Mailing.objects.get().state == MailingState.CANCELLED

    draft = office.get(f"/bureau/messages/{message.pk}/", follow=True)
    assert draft.redirect_chain[-1][0] == f"/bureau/messages/{message.pk}/demande/"
    assert office.post(f"/bureau/messages/{message.pk}/demande/", {"version": message.version}).status_code == 302
    assert Dispatch.objects.filter(is_live=True).count() == 1


def test_a_request_can_neither_be_copied_nor_leave_as_another_message(office: Client) -> None:
    profile()
    known("lea")
    office.post(URL, {"version": 1})
    message = Message.objects.get()
    office.post(f"/bureau/messages/{message.pk}/envoi/annulation/")
    assert office.post(f"/bureau/messages/{message.pk}/copies/").status_code == 404
    assert office.post(f"/bureau/messages/{message.pk}/envois/", {"version": 1}).status_code == 404
    with pytest.raises(Segment.DoesNotExist):
        send_message(message_id=message.pk, order=Order(message.version, "", User.objects.get().pk), now=NOW)


def test_who_may_only_read_neither_asks_nor_sends_a_draft(
    office: Client, office_as: Callable[[str], TenantClient]
) -> None:
    profile()
    known("lea")
    office.post(URL, {"version": 1})
    message = Message.objects.get()
    office.post(f"/bureau/messages/{message.pk}/envoi/annulation/")
    reader = office_as("reader")
    refused = [reader.get(URL), reader.post(URL, {"version": 1})]
    refused.append(reader.post(f"/bureau/messages/{message.pk}/demande/", {"version": message.version}))

    assert all(answer.status_code in (302, 403) for answer in refused)
    assert not any("/envoi/" in answer.get("Location", "") for answer in refused)
    assert URL not in reader.get("/bureau/personnes/actions/").content.decode()
    page = reader.get(f"/bureau/messages/{message.pk}/demande/").content.decode()
    assert "Envoyer la demande" not in page
    assert not Dispatch.objects.filter(is_live=True).exists()


def test_in_a_browser_the_mail_has_the_same_two_links(
    site: Client, delivery: Delivery, button: str, never: str
) -> None:
    page = site.get(view_path(token_of(delivery, VIEW))).content.decode()
    assert button in page
    assert "vient d’un fichier" in page
    assert never in page
    assert "\ue000" not in page


def test_a_large_number_is_typed(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    profile()
    known("lea")
    known("max")
    for module in (services, asking):
        monkeypatch.setattr(module, "TYPED_ABOVE", 1)
    assert office.post(URL, {"version": 1, "number": "3"}).status_code == 422
    assert not Mailing.objects.exists()
    assert office.post(URL, {"version": 1, "number": "2"}).status_code == 302


def test_two_clicks_are_one_request(office: Client) -> None:
    profile()
    known("lea")
    first, second = (office.post(URL, {"version": 1}) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert Mailing.objects.count() == 1
