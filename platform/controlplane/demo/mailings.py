"""Letters of weeks past: written, counted, frozen, checked and settled by the product's own engine. Only the post is played."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from controlplane.demo.letters import Letter
from crm.segments.models import Segment
from messaging.deliveries.audience import classify, reckon
from messaging.deliveries.channels import ACCEPTED, Outcome, Recipient
from messaging.deliveries.engine import send_batch
from messaging.deliveries.enums import DeliveryState, MailingState, Reason
from messaging.deliveries.leases import lease_batch
from messaging.deliveries.models import Delivery, Mailing
from messaging.deliveries.services import finish_mailing, prepare_mailing, start_mailing
from messaging.email.models import Audience, Message
from messaging.email.services import Order, criteria_of, save_message, send_message
from messaging.email.tokens import Target
from messaging.email.unsubscribing import unsubscribe
from messaging.measuring.hits import record_click, record_opening
from messaging.measuring.models import Link, Reading
from messaging.measuring.permission import measurable
from messaging.measuring.services import note_measured
from tenants.context import require_tenant
from tenants.users.models import User

# In a thousand: what a list of this age meets.
REFUSALS = (
    (11, Reason.BAD_ADDRESS, "550 5.1.1"),
    (4, Reason.MAILBOX_FULL, "452 4.2.2"),
    (2, Reason.BLOCKED, "550 5.7.1"),
)
LEAVE_PER_THOUSAND = 6
MACHINES, READERS, CLICKS = 0.17, 0.46, 0.24  # shares of those who agreed to be measured; clicks of those who opened


class PlayedPost:
    """Accepts and refuses as a mail server would, and sends nothing."""

    def __init__(self, rng: Random, mailing: Mailing, *, now: datetime) -> None:
        self.rng, self.mailing, self.now = rng, mailing, now

    def hand_over(self, recipients: Sequence[Recipient]) -> list[Outcome]:
        outcomes = [self._answer() for _recipient in recipients]
        agreed = measurable(each.person_id for each in recipients)
        taken = [each for each, outcome in zip(recipients, outcomes, strict=True) if outcome == ACCEPTED]
        measured = {each.delivery_id: each.person_id for each in taken if each.person_id in agreed}
        note_measured(mailing_id=self.mailing.pk, people=measured, now=self.now)
        return outcomes

    def close(self) -> None:
        return

    def _answer(self) -> Outcome:
        drawn = self.rng.randrange(1000)
        for permille, reason, code in REFUSALS:
            if drawn < permille:
                return Outcome(DeliveryState.REFUSED, reason, code)
            drawn -= permille
        return ACCEPTED


def write_letter(letter: Letter, *, by: User, now: datetime) -> Message:
    message = Message(
        subject=letter.subject,
        preheader=letter.preheader,
        body=_body(letter),
        audience=Audience.SEGMENT if letter.segment else Audience.EVERYONE,
        segment=Segment.objects.get(name=letter.segment) if letter.segment else None,
    )
    return save_message(message=message, version=0, actor=by, now=now)


def send_letter(letter: Letter, *, by: User, rng: Random, now: datetime) -> Mailing:
    """In one transaction: the workers that hear of it afterwards find it finished."""
    with transaction.atomic():
        message = write_letter(letter, by=by, now=now - timedelta(hours=3))
        criteria = criteria_of(message)
        reached = reckon(criteria, classify(criteria, is_practical=False)).reached
        order = Order(version=message.version, typed=str(reached), actor_id=by.pk)
        mailing = send_message(message_id=message.pk, order=order, now=now).mailing
        prepare_mailing(mailing_id=mailing.pk, now=now)
        _hand_over(mailing, rng=rng, now=now + timedelta(minutes=5))
    _read_by_some(mailing, now=timezone.now())
    _unsubscribe_some(mailing, rng=rng)
    return mailing


def _hand_over(mailing: Mailing, *, rng: Random, now: datetime) -> None:
    start_mailing(mailing_id=mailing.pk, now=now)
    mailing.refresh_from_db()
    post = PlayedPost(rng, mailing, now=now)
    while lease := lease_batch(mailing_id=mailing.pk, now=now):
        now += timedelta(seconds=1)
        send_batch(lease, mailing=mailing, carrier=post, now=now)
    finish_mailing(mailing_id=mailing.pk, now=now)
    mailing.refresh_from_db()
    if mailing.state != MailingState.FINISHED:
        raise RuntimeError(f"mailing {mailing.pk} is {mailing.state}")


def _read_by_some(mailing: Mailing, *, now: datetime) -> None:
    """Openings and clicks of those who agreed, as they come in over days. Drawn apart from the rest, by the title."""
    rng = Random(mailing.title)  # noqa: S311 -- invented people, not secrets
    links = list(Link.objects.filter(mailing=mailing).order_by("position").values_list("pk", flat=True))
    for delivery_id, sent_at in (
        Reading.objects.filter(mailing=mailing).order_by("pk").values_list("delivery", "sent_at")
    ):
        at = min(sent_at + timedelta(minutes=min(rng.paretovariate(0.6) * 6, 20_000)), now)
        drawn = rng.random()
        if drawn < MACHINES:
            record_opening(delivery_id=delivery_id, by_machine=True, now=sent_at + timedelta(seconds=40))
        elif drawn < MACHINES + READERS:
            record_opening(delivery_id=delivery_id, by_machine=False, now=at)
            if links and rng.random() < CLICKS:
                later = at + timedelta(minutes=1)
                record_click(delivery_id=delivery_id, link_id=rng.choice(links), by_machine=False, now=later)


def _unsubscribe_some(mailing: Mailing, *, rng: Random) -> None:
    arrived = list(
        Delivery.objects.filter(mailing=mailing, state=DeliveryState.ACCEPTED).values_list("person_id", "pk")
    )
    finished = mailing.finished_at or mailing.starts_at
    for person_id, delivery_id in rng.sample(arrived, len(arrived) * LEAVE_PER_THOUSAND // 1000):
        later = finished + timedelta(minutes=rng.randint(4, 2600))
        unsubscribe(target=Target(person_id, delivery_id), scope="email", now=later)


def _body(letter: Letter) -> list[dict[str, object]]:
    site = require_tenant().absolute_url("/")
    blocks = []
    for kind, value in letter.blocks:
        content = value
        if isinstance(value, dict):
            content = {key: text.replace("{site}", site) for key, text in value.items()}
        blocks.append({"type": kind, "value": content, "id": str(uuid4())})
    return blocks
