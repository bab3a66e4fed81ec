"""A message that left, some of whose readers agreed to be measured."""

import re
from datetime import timedelta
from html import unescape

from crm.consent.entries import Source
from crm.consent.services import record_consents
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.models import Mailing
from messaging.deliveries.services import prepare_mailing, start_mailing
from tenants.office.models import CampaignProfile
from tenants.users.models import User
from tests.messaging.sink import Caught, Sink
from tests.messaging.support import NOW, consent, draft, person, profile, send

READER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4"
LATER = NOW + timedelta(hours=1)
HER_WORD = Source("form", "form:1", is_proven=True)


def measured_person(name: str) -> int:
    return person(name, consents=[consent(), consent("tracking")])


def agree(person_id: int) -> None:
    record_consents(person_id=person_id, consents=[consent("tracking")], source=HER_WORD, now=NOW)


def switch(*, on: bool) -> None:
    profile(measures_messages=on)
    assert CampaignProfile.objects.get().measures_messages is on


def sent(owner: User, sink: Sink, *, body: object = None, at_once: bool = True) -> Mailing:
    mailing = send(draft(owner, body=body), owner).mailing
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    if at_once:
        send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)
    return mailing


def part(caught: Caught, kind: str) -> str:
    body = caught.message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def mail_to(sink: Sink, name: str) -> Caught:
    return next(caught for caught in sink.caught if caught.recipients == [f"{name}@example.org"])


def pictures(html: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'<img src="[^"]*?(/courrier/i/[^"]*)"', html)]


def links(html: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'href="[^"]*?(/courrier/l/[^"]*)"', html)]
