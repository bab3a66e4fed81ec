"""The page of a message: openings and clicks of those who agreed, and whence they lead on."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.deliveries.models import Mailing
from messaging.measuring.models import Reading
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.measuring.support import READER, links, mail_to, measured_person, part, sent, switch
from tests.messaging.sink import Sink
from tests.messaging.support import person


def report(client: Client, mailing: Mailing) -> str:
    page = client.get(reverse("messages:sending", args=[mailing.dispatch.message_id]))
    assert page.status_code == 200
    return unescape(page.content.decode())


def two_of_three(owner: User, sink: Sink) -> Mailing:
    """Three received it, two had agreed, one of them clicked."""
    switch(on=True)
    for name in ("lea", "noe"):
        measured_person(name)
    person("ivo")
    mailing = sent(owner, sink)
    Reading.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    return mailing


def test_the_report_speaks_of_those_who_agreed_and_of_nobody_else(
    tenant: TenantFacts, owner: User, sink: Sink, office: Client, site: Client
) -> None:
    mailing = two_of_three(owner, sink)
    [link] = links(part(mail_to(sink, "lea"), "html"))
    site.get(link, headers={"User-Agent": READER})

    page = report(office, mailing)
    assert "qui ont reçu ce message (3), 2 avaient accepté d’être mesurées" in page
    assert re.search(r"Ont ouvert \(estimation\)</th><td class=\"num\">1</td><td class=\"num\">50\s%", page)
    assert "https://maud.example/jeudi" in page
    assert not re.search(r"33\s%", page)
    assert "La lecture de personne" not in page


def test_its_button_opens_a_segment_of_those_who_opened(
    tenant: TenantFacts, owner: User, sink: Sink, office: Client, site: Client
) -> None:
    mailing = two_of_three(owner, sink)
    [link] = links(part(mail_to(sink, "lea"), "html"))
    site.get(link, headers={"User-Agent": READER})
    form = re.search(
        r'<form method="post" action="/bureau/tris/nouveau/".*?</form>', report(office, mailing), re.DOTALL
    )
    assert form is not None
    hidden = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', form[0]))

    for what, name in (("message.opened", "lea"), ("message.not_opened", "noe")):
        answer = office.post(reverse("segments:add"), {**hidden, "g0-r0-what": what})
        page = answer.content.decode()
        assert answer.status_code in (200, 422)
        assert name.title() in page
        assert {"lea": "Noe", "noe": "Lea"}[name] not in page
        assert "Ivo" not in page


def test_a_reader_of_the_team_sees_figures_and_no_button(
    tenant: TenantFacts, owner: User, sink: Sink, office_as: Callable[[str], Any]
) -> None:
    page = report(office_as("reader"), two_of_three(owner, sink))
    assert "2 avaient accepté" in page
    assert "message.opened" not in page


def test_a_campaign_that_does_not_measure_is_told_that_nothing_is_known(
    tenant: TenantFacts, owner: User, sink: Sink, office: Client
) -> None:
    person("ivo")
    mailing = sent(owner, sink)
    assert "Ouvertures et clics" not in report(office, mailing)

    switch(on=True)
    assert "rien n’est connu de sa lecture" in report(office, mailing)
