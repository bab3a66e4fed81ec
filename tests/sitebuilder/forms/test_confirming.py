"""A sign-up counts once the link in the mail was pressed; a refusal is never put right by a form alone."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from crm.consent.entries import Source
from crm.consent.enums import Reach
from crm.consent.models import ConsentEntry, ConsentState, Suppression
from crm.consent.services import suppress_address, withdraw_consent
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Activity, Person
from crm.people.services import ContactData, capture
from crm.people.timeline import timeline
from messaging.deliveries.audience import reckon
from messaging.deliveries.enums import LegalClass
from sitebuilder.forms import confirming
from sitebuilder.forms.letters import send_confirmation_letter
from sitebuilder.forms.models import Confirmation, ShareCode
from sitebuilder.forms.wording import email_wording
from tenants.context import enter, public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm
from tenants.office.profile import campaign_profile
from tests.sitebuilder.forms.signing import EMAIL, confirms, link_of, sign_up

UNSUBSCRIBE = Source(kind="unsubscribe", reference="delivery:1")
pytestmark = pytest.mark.usefixtures("_mails_leave")


@pytest.fixture
def unsubscribed(tenant: TenantFacts, site: Client) -> Person:
    """She had agreed, then left."""
    confirms(on=False)
    sign_up(site)
    ada = Person.objects.get()
    withdraw_consent(person_id=ada.pk, channel="email", source=UNSUBSCRIBE, now=timezone.now())
    mail.outbox.clear()
    return ada


def test_nothing_is_agreed_to_before_the_link_was_pressed(site: Client, tenant: TenantFacts) -> None:
    answer = sign_up(site, consent_targeting="1")

    ada = Person.objects.get()
    assert answer["Location"].startswith("/inscription/attente/")
    assert (ada.can_email, ada.email_reach) == (False, Reach.NO_CONSENT)
    assert not ConsentEntry.objects.exists()
    assert reckon({}, LegalClass.WHOLE).reached == 0
    assert [message.to for message in mail.outbox] == [[EMAIL]]


def test_the_button_records_what_was_ticked_with_the_proof(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    path = link_of(mail.outbox[0])

    page = site.get(path)
    assert not ConsentEntry.objects.exists()  # mail scanners follow links
    answer = site.post(path)

    assert EMAIL in page.content.decode()
    ada = Person.objects.get()
    entry = ConsentEntry.objects.select_related("wording").get()
    confirmation = Confirmation.objects.get()
    confirmed = Activity.objects.get(kind="confirmed")
    assert answer["Location"] == f"/merci/?moi={ShareCode.objects.get().code}"
    assert ada.can_email
    assert (entry.person_id, entry.granted, entry.basis) == (ada.pk, True, "consent")
    assert entry.wording.text == email_wording(campaign_profile())
    assert entry.source_reference == f"confirmation:{confirmation.pk}"
    assert entry.at == confirmation.confirmed_at == confirmed.at
    assert confirmed.payload["asked_at"] == confirmation.asked_at.isoformat()


def test_pressed_twice_it_is_one_agreement(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    path = link_of(mail.outbox[0])

    first, second = site.post(path), site.post(path)

    assert first["Location"] == second["Location"]
    assert ConsentEntry.objects.count() == Activity.objects.filter(kind="confirmed").count() == 1
    assert site.get(path).status_code == 200


def test_the_link_works_for_a_week(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    Confirmation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = site.post(link_of(mail.outbox[0]))

    assert answer.status_code == 410
    assert 'href="/inscription/"' in answer.content.decode()
    assert not ConsentEntry.objects.exists()


@pytest.mark.parametrize("token", ["x", "0" * 32 + ":forged", "0" * 32])
def test_a_link_that_nobody_wrote_is_a_page_not_found(site: Client, tenant: TenantFacts, token: str) -> None:
    assert site.post(f"/inscription/confirmation/{token}/").status_code == 404


def test_the_number_of_the_waiting_page_confirms_nothing(site: Client, tenant: TenantFacts) -> None:
    uuid = sign_up(site)["Location"].split("/")[3]

    assert site.post(f"/inscription/confirmation/{uuid}/").status_code == 404
    assert not ConsentEntry.objects.exists()


def test_a_link_of_another_campaign_is_refused(site: Client, tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    sign_up(site)
    confirmation = Confirmation.objects.get()
    enter(other_tenant)
    theirs = confirming.confirmation_path(confirmation)
    enter(tenant)

    assert site.post(theirs).status_code == 404
    assert not ConsentEntry.objects.exists()


def test_nothing_that_was_typed_stands_in_the_mail(site: Client, tenant: TenantFacts) -> None:
    sign_up(site, first_name="Buy at spam.example", last_name="Lovelace")

    whole = mail.outbox[0].message().as_string()
    assert "spam.example" not in whole
    assert "Lovelace" not in whole


def test_a_form_without_a_ticked_box_writes_to_nobody(site: Client, tenant: TenantFacts) -> None:
    answer = sign_up(site, consent_email="")

    assert answer["Location"].startswith("/merci/")
    assert mail.outbox == []


def test_the_team_may_do_without_for_new_addresses(site: Client, tenant: TenantFacts) -> None:
    confirms(on=False)

    answer = sign_up(site)

    assert answer["Location"].startswith("/merci/")
    assert Person.objects.get().can_email
    assert mail.outbox == []


def test_who_had_unsubscribed_is_put_back_by_her_own_click_alone(site: Client, unsubscribed: Person) -> None:
    answer = sign_up(site)

    unsubscribed.refresh_from_db()
    assert (unsubscribed.can_email, unsubscribed.email_reach) == (False, Reach.WITHDRAWN)
    site.post(link_of(mail.outbox[0]))
    unsubscribed.refresh_from_db()
    assert unsubscribed.can_email
    assert answer["Location"].startswith("/merci/")


def test_a_stranger_sees_the_same_for_an_address_that_had_unsubscribed(site: Client, unsubscribed: Person) -> None:
    theirs, fresh = sign_up(site), sign_up(site, email="fresh@example.org")

    def shown(answer: Any) -> tuple[int, str, str]:
        return answer.status_code, answer["Location"].split("?")[0], answer.content.decode()

    assert shown(theirs) == shown(fresh)
    pages = [site.get(answer["Location"]).content.decode() for answer in (theirs, fresh)]
    codes = [answer["Location"].partition("moi=")[2] for answer in (theirs, fresh)]
    assert pages[0].replace(codes[0], "") == pages[1].replace(codes[1], "")


def test_another_purpose_does_not_bring_back_a_channel_that_was_refused(site: Client, unsubscribed: Person) -> None:
    sign_up(site, consent_email="", consent_targeting="1")

    assert not ConsentState.objects.filter(granted=True).exists()
    assert len(mail.outbox) == 1


def test_an_address_that_asked_to_be_left_alone_comes_back_by_her_click(
    site: Client, tenant: TenantFacts, now: datetime
) -> None:
    confirms(on=False)
    suppress_address(channel="email", address=EMAIL, reason="erased", now=now)

    sign_up(site)
    assert not Person.objects.get().can_email
    assert Suppression.objects.count() == 1
    site.post(link_of(mail.outbox[0]))

    assert Person.objects.get().can_email
    assert not Suppression.objects.exists()


def test_a_mail_proves_nothing_about_a_telephone(site: Client, tenant: TenantFacts, now: datetime) -> None:
    suppress_address(channel="sms", address="+33612345678", reason="erased", now=now)

    sign_up(site, phone="06 12 34 56 78", consent_sms="1")
    site.post(link_of(mail.outbox[0]))

    ada = Person.objects.get()
    assert (ada.can_email, ada.can_sms) == (True, False)
    assert Suppression.objects.count() == 1


def test_an_import_does_not_overturn_while_it_waits(site: Client, unsubscribed: Person, now: datetime) -> None:
    sign_up(site)

    capture(
        contact=ContactData(email=EMAIL), kind="imported", source=Source(kind="import", reference="import:1"), now=now
    )

    unsubscribed.refresh_from_db()
    assert not unsubscribed.can_email


def test_a_form_is_no_cannon(site: Client, tenant: TenantFacts) -> None:
    answers = [sign_up(site) for _ in range(5)]
    for answer in answers:
        site.post(answer["Location"])

    assert len(mail.outbox) == confirming.PER_ADDRESS
    assert len({answer.status_code for answer in answers}) == 1


def test_the_mail_can_be_asked_for_again(site: Client, tenant: TenantFacts) -> None:
    answer = sign_up(site)

    page = site.post(answer["Location"])

    assert page.status_code == 200
    assert [link_of(message) for message in mail.outbox] == [link_of(mail.outbox[0])] * 2
    assert Confirmation.objects.get().sent_count == 2


def test_a_rush_waits_and_loses_nobody(site: Client, tenant: TenantFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "PER_CAMPAIGN", 2)
    for number in range(4):
        sign_up(site, email=f"p{number}@example.org")
    assert len(mail.outbox) == 2
    with public_context():
        assert Alarm.objects.filter(kind=confirming.ALARM, schema_name=tenant.schema_name).count() == 1

    Confirmation.objects.filter(sent_at__isnull=False).update(sent_at=timezone.now() - timedelta(hours=2))
    confirming.send_waiting(now=timezone.now())

    assert sorted(message.to[0] for message in mail.outbox) == [f"p{number}@example.org" for number in range(4)]


def test_a_mail_server_that_is_away_is_tried_again(site: Client, tenant: TenantFacts, settings: Any) -> None:
    kept, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "shared.mail.SmtpBackend"
    settings.SMTP_URL = "smtp://127.0.0.1:1"  # nobody listens there
    answer = sign_up(site)
    assert answer.status_code == 303
    assert (Confirmation.objects.get().sent_at, Confirmation.objects.get().sent_count) == (None, 0)

    settings.EMAIL_BACKEND = kept
    confirming.send_waiting(now=timezone.now())

    assert len(mail.outbox) == 1


def test_after_an_outage_the_server_is_tried_once_and_nobody_is_left(
    site: Client, tenant: TenantFacts, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "shared.mail.SmtpBackend"
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    for number in range(5):
        sign_up(site, email=f"p{number}@example.org")
    tried = Mock(wraps=send_confirmation_letter)
    monkeypatch.setattr(confirming, "send_confirmation_letter", tried)
    confirming.send_waiting(now=timezone.now())
    assert tried.call_count == 1

    settings.EMAIL_BACKEND = kept
    monkeypatch.setattr(confirming, "AT_ONCE", 2)
    for left in (3, 1, 0):
        forget_alarms()
        confirming.send_waiting(now=timezone.now())
        assert Confirmation.objects.filter(sent_at=None).count() == left
        assert (due_in() < timedelta(minutes=3)) is (left > 0)


def test_sign_ups_that_nobody_confirms_are_looked_at_each_day(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    forget_alarms()
    confirming.send_waiting(now=timezone.now())
    assert timedelta(hours=23) < due_in() < timedelta(hours=25)
    Confirmation.objects.update(confirmed_at=timezone.now())
    forget_alarms()
    confirming.send_waiting(now=timezone.now())
    with public_context():
        assert not Alarm.objects.filter(kind=confirming.ALARM).exists()


def forget_alarms() -> None:
    """As the ring does."""
    with public_context():
        Alarm.objects.filter(kind=confirming.ALARM).delete()


def due_in() -> timedelta:
    with public_context():
        return Alarm.objects.get(kind=confirming.ALARM).due_at - timezone.now()


def test_an_erased_person_leaves_no_confirmation(site: Client, tenant: TenantFacts, now: datetime) -> None:
    sign_up(site)

    erase_person(person_id=Person.objects.get().pk, now=now)

    assert not Confirmation.objects.exists()
    assert site.post(link_of(mail.outbox[0])).status_code == 404


def test_a_merge_takes_the_confirmation_along(site: Client, tenant: TenantFacts, now: datetime) -> None:
    sign_up(site)
    ada = Person.objects.get()
    kept = capture(
        contact=ContactData(email="lovelace@example.org"), kind="added", source=Source("office", ""), now=now
    )
    merge_people(
        keep=Person.objects.get(pk=kept.person_id), merged=ada, source=Source(kind="office", reference=""), now=now
    )

    site.post(link_of(mail.outbox[0]))

    assert ConsentEntry.objects.get(granted=True).person_id == kept.person_id


def test_what_nobody_confirmed_is_dropped(site: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    Confirmation.objects.update(expires_at=timezone.now() - confirming.FORGOTTEN - timedelta(days=1))

    confirming.send_waiting(now=timezone.now())

    assert not Confirmation.objects.exists()
    assert Person.objects.count() == 1


def test_her_page_tells_that_she_has_not_confirmed(site: Client, office: Client, tenant: TenantFacts) -> None:
    sign_up(site)
    ada = Person.objects.get()
    path = f"/bureau/personnes/{ada.uuid}/"

    before = office.get(path).content.decode()
    site.post(link_of(mail.outbox[0]))
    after = office.get(path).content.decode()

    assert "Pas encore confirmé" in before
    assert "Pas encore confirmé" not in after
    titles = [str(event.title) for event in timeline(ada).events]
    assert "Confirmé par le lien de l’e-mail" in after
    assert len(titles) == 4  # agreed, confirmed, asked, signed up


def test_the_setting_is_on_and_can_be_switched_off(office: Client, tenant: TenantFacts) -> None:
    page = office.get("/bureau/reglages/donnees/").content.decode()
    assert 'name="confirms_sign_ups"' in page
    assert campaign_profile().confirms_sign_ups

    office.post("/bureau/reglages/donnees/", {"dpo_email": "", "retention_text": ""})

    assert not campaign_profile().confirms_sign_ups
