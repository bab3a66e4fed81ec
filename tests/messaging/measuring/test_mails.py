"""Who gets a mail that tells of its reading: those who agreed, at the moment it leaves, and nobody else."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from crm.consent.services import withdraw_consent
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.models import Delivery
from messaging.email.tokens import VIEW
from messaging.email.trials import deliver_trial
from messaging.email.urls_of_mail import view_path
from messaging.measuring.addresses import AddressMaker, BadAddress
from messaging.measuring.models import Link, Reading
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.measuring.support import (
    HER_WORD,
    agree,
    links,
    mail_to,
    measured_person,
    part,
    pictures,
    sent,
    switch,
)
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, consent, draft, person, token_of

PLAIN = 'href="https://maud.example/jeudi"'


@pytest.fixture
def measuring(tenant: TenantFacts) -> None:
    switch(on=True)


def test_nobody_is_measured_while_the_campaign_has_not_switched_it_on(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    measured_person("lea")
    sent(owner, sink)

    html = part(mail_to(sink, "lea"), "html")
    assert "<img" not in html
    assert PLAIN in html
    assert "ni vos clics" in html
    assert not Reading.objects.exists()


def test_only_those_who_agreed_get_a_picture_and_links_of_their_own(measuring: None, owner: User, sink: Sink) -> None:
    lea = measured_person("lea")
    person("noe")
    ivo = person("ivo", consents=[consent(), consent("tracking", basis="legitimate_interest")])
    mailing = sent(owner, sink)

    for name in ("noe", "ivo"):
        html = part(mail_to(sink, name), "html")
        assert "<img" not in html
        assert PLAIN in html
        assert "/courrier/i/" not in html
        assert "/courrier/l/" not in html
        assert "ni vos clics" in html
        assert "#mesure" not in html
    html = part(mail_to(sink, "lea"), "html")
    assert len(pictures(html)) == 1
    assert len(links(html)) == 1
    assert PLAIN not in html
    assert "ni vos clics" not in html
    assert "/courrier/desabonnement/" in html
    assert "#mesure" in html
    assert list(Reading.objects.values_list("person", "mailing")) == [(lea, mailing.pk)]
    assert not Reading.objects.filter(person=ivo).exists()


def test_the_plain_text_keeps_its_addresses_and_tells_the_way_out(measuring: None, owner: User, sink: Sink) -> None:
    measured_person("lea")
    sent(owner, sink)

    text = part(mail_to(sink, "lea"), "plain")
    assert "https://maud.example/jeudi" in text
    assert "/courrier/l/" not in text
    assert "#mesure" in text
    assert "\ue002" not in text


def test_consent_is_asked_when_the_mail_leaves_and_not_when_it_was_ordered(
    measuring: None, owner: User, sink: Sink
) -> None:
    lea, noe = measured_person("lea"), person("noe")
    mailing = sent(owner, sink, at_once=False)
    withdraw_consent(person_id=lea, channel="email", purpose="tracking", source=HER_WORD, now=NOW)
    agree(noe)
    send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)

    assert pictures(part(mail_to(sink, "lea"), "html")) == []
    assert len(pictures(part(mail_to(sink, "noe"), "html"))) == 1


def test_a_switch_put_off_holds_for_a_message_on_its_way(measuring: None, owner: User, sink: Sink) -> None:
    measured_person("lea")
    mailing = sent(owner, sink, at_once=False)
    switch(on=False)
    send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)

    assert pictures(part(mail_to(sink, "lea"), "html")) == []


def test_whoever_the_server_refuses_is_not_among_the_measured(measuring: None, owner: User, sink: Sink) -> None:
    measured_person("refuse-lea")
    sent(owner, sink)

    assert not Reading.objects.exists()


def test_each_mail_has_addresses_of_its_own_and_still_one_click_to_leave(
    measuring: None, owner: User, sink: Sink
) -> None:
    measured_person("lea")
    measured_person("noe")
    sent(owner, sink)
    lea, noe = mail_to(sink, "lea"), mail_to(sink, "noe")

    assert pictures(part(lea, "html")) != pictures(part(noe, "html"))
    assert links(part(lea, "html")) != links(part(noe, "html"))
    assert lea.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/courrier/desabonnement/" in lea.message["List-Unsubscribe"]


def test_links_of_the_foot_of_telephones_and_with_a_field_in_them_stay_as_they_are(
    measuring: None, owner: User, sink: Sink
) -> None:
    body = [
        (
            "text",
            '<p><a href="mailto:a@b.example">a</a> <a href="https://x.example/?a=1&amp;b=2">b</a>'
            ' <a href="https://x.example/{{ prénom }}">c</a> <a href="/vos-donnees/">d</a></p>',
        )
    ]
    measured_person("lea")
    sent(owner, sink, body=body)

    html = part(mail_to(sink, "lea"), "html")
    assert len(links(html)) == 1
    assert list(Link.objects.values_list("address", flat=True)) == ["https://x.example/?a=1&b=2"]
    assert 'href="https://x.example/Lea"' in html
    assert "/vos-donnees/" in html
    assert "mailto:a@b.example" in html


def test_a_message_kept_by_an_older_version_has_no_way_out_and_so_measures_nobody(
    measuring: None, owner: User, sink: Sink
) -> None:
    measured_person("lea")
    mailing = sent(owner, sink, at_once=False)
    dispatch = mailing.dispatch
    dispatch.html = dispatch.html.replace("\ue002", "").replace("\ue003", "")
    dispatch.save()
    send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)

    assert pictures(part(mail_to(sink, "lea"), "html")) == []


def test_the_page_in_the_browser_and_a_trial_measure_nothing(
    measuring: None, owner: User, sink: Sink, site: Client
) -> None:
    measured_person("lea")
    sent(owner, sink)
    page = site.get(view_path(token_of(Delivery.objects.get(), VIEW))).content.decode()
    assert PLAIN in page
    assert "/courrier/i/" not in page
    assert "ni vos clics" not in page

    message = draft(owner)
    switch(on=True)
    assert deliver_trial(message_id=message.pk, member_ids=[owner.pk], person_id=None) == 1
    assert pictures(part(sink.caught[-1], "html")) == []


def test_an_address_is_bound_to_its_campaign_its_kind_and_its_mail(
    tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    maker = AddressMaker()
    picture = maker.picture(26).rpartition("/")[2].removesuffix(".gif")
    link = maker.link(26, 5).split("/")[-2]
    assert maker.read_picture(picture) == 26
    assert maker.read_link(link) == (26, 5)
    assert len(maker.link(10**6, 10**4)) - len(tenant.absolute_url("")) < 45
    for wrong in (link, picture[:-1], picture.replace("1a", "1b"), "é", "", f"{picture}x", picture.upper()):
        with pytest.raises(BadAddress):
            maker.read_picture(wrong)
    for wrong in (picture, link.replace("-5", "-6"), link.replace("1a-", "1b-")):
        with pytest.raises(BadAddress):
            maker.read_link(wrong)
    with tenant_context(other_tenant), pytest.raises(BadAddress):
        AddressMaker().read_picture(picture)


def test_addresses_in_mails_are_those_of_the_site(tenant: TenantFacts, settings: Any) -> None:
    base, maker = tenant.absolute_url(""), AddressMaker()
    assert resolve(maker.picture(1).removeprefix(base)).url_name == "measured_picture"
    assert resolve(maker.link(1, 2).removeprefix(base)).url_name == "measured_link"
