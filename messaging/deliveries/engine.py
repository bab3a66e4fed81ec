"""Hand a mailing over, batch by batch. Any number of workers may do it at the same time, and any may die."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from messaging.deliveries import throttle
from messaging.deliveries.calendar import holds_of
from messaging.deliveries.channels import Carrier, Outcome, ProviderUnavailable, Recipient, open_carrier
from messaging.deliveries.enums import HOLDS, DeliveryState, LegalClass, Reason
from messaging.deliveries.leases import Lease, announce, backoff, lease_batch, recover_expired, settle
from messaging.deliveries.models import Mailing
from messaging.deliveries.outcomes import record_outcomes
from messaging.deliveries.recipients import permitted_recipients, still_permitted
from messaging.deliveries.requests import ask_once

logger = logging.getLogger(__name__)
WINDOW = 25  # people announced at once: as many may become «cannot be known» when a worker is killed
ASKED_AGAIN = 5.0  # seconds after which a permission is asked again: a slow provider makes a batch last for minutes


@dataclass(slots=True)
class Handed:
    """What one lease did so far."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    position: int = 0
    done_through: int = 0
    broken: bool = False
    stopped: bool = False
    held_until: datetime | None = None  # the earliest moment when somebody of a silent place may be written to

    def exceptions(self) -> dict[int, Outcome]:
        return {key: value for key, value in self.outcomes.items() if value.state != DeliveryState.ACCEPTED}


def send_due_batches(*, mailing_id: int, now: datetime, seconds: float) -> bool:
    """Send what is due for as long as this, then make room for others. True: there was more."""
    recover_expired(mailing_id=mailing_id, now=now)
    mailing = Mailing.objects.get(pk=mailing_id)
    started = time.monotonic()
    carrier = open_carrier(channel=mailing.channel, mailing_id=mailing_id)
    try:
        while time.monotonic() - started < seconds:
            moment = now + timedelta(seconds=time.monotonic() - started)
            lease = lease_batch(mailing_id=mailing_id, now=moment)
            if lease is None:
                return False
            if not send_batch(lease, mailing=mailing, carrier=carrier, now=moment):
                return False
    finally:
        carrier.close()
    return True


def send_batch(lease: Lease, *, mailing: Mailing, carrier: Carrier, now: datetime) -> bool:
    """False when going on makes no sense now: the provider is away, or the mailing was paused."""
    everybody, asked = permitted_recipients(lease, mailing=mailing, now=now), time.monotonic()
    handed, began = Handed(), asked
    recipients = _not_held(everybody, handed, now)
    while (left := recipients[handed.position :]) and not handed.broken and not handed.stopped:
        throttle.wait_for_room(len(left[:WINDOW]))
        if time.monotonic() - asked > ASKED_AGAIN:
            asked = time.monotonic()
            moment = now + timedelta(seconds=asked - began)
            left = _not_held(still_permitted(left, mailing=mailing, now=moment), handed, moment)
            recipients[handed.position :] = left
        if left:
            _hand_over(lease, left[:WINDOW], carrier, handed, mailing)
    with transaction.atomic():
        changed = settle(lease, outcomes=handed.outcomes, now=now, retry_at=_retry_at(lease, handed, now))
        record_outcomes(
            mailing=mailing,
            outcomes=changed,
            recipients={recipient.delivery_id: recipient for recipient in everybody},
            now=now,
        )
    return not (handed.broken or handed.stopped)


def _hand_over(lease: Lease, window: Sequence[Recipient], carrier: Carrier, handed: Handed, mailing: Mailing) -> None:
    ids = [recipient.delivery_id for recipient in window]
    allowed = announce(lease, ids=ids, done_through=handed.done_through, exceptions=handed.exceptions())
    waiting = [recipient for recipient in window if recipient.delivery_id in allowed]
    if not waiting:
        handed.stopped = not _still_ours(lease)
        handed.position += len(window)
        return
    if mailing.legal_class == LegalClass.REQUEST:
        waiting = _not_asked_before(waiting, mailing, handed)
        if not waiting:
            handed.position += len(window)
            return
    try:
        outcomes = carrier.hand_over(waiting)
    except ProviderUnavailable:
        logger.warning("The mail server cannot be reached, mailing %s waits", lease.mailing_id)
        outcomes = []
    for recipient, outcome in zip(waiting, outcomes, strict=False):
        handed.outcomes[recipient.delivery_id] = outcome
    # A server that breaks at every body must not use up the list one person after the other.
    handed.broken = not outcomes or any(outcome.state == DeliveryState.UNKNOWN for outcome in outcomes)
    if not handed.broken:
        last = ids[-1] if len(outcomes) == len(waiting) else waiting[len(outcomes) - 1].delivery_id
        handed.done_through = last
        handed.position += ids.index(last) + 1


def _not_asked_before(waiting: list[Recipient], mailing: Mailing, handed: Handed) -> list[Recipient]:
    """Noted and committed before the question leaves: it is asked once, whatever happens next."""
    first = ask_once(waiting, mailing_id=mailing.pk, now=timezone.now())
    for recipient in waiting:
        if recipient.delivery_id not in first:
            handed.outcomes[recipient.delivery_id] = Outcome(DeliveryState.SKIPPED, Reason.ASKED_BEFORE)
    return [recipient for recipient in waiting if recipient.delivery_id in first]


def _still_ours(lease: Lease) -> bool:
    return Mailing.objects.filter(
        pk=lease.mailing_id, state="sending", batches__pk=lease.batch_id, batches__lease=lease.token
    ).exists()


def _not_held(recipients: list[Recipient], handed: Handed, now: datetime) -> list[Recipient]:
    """Those for whom it is neither silence nor a quiet hour. The others keep their place: theirs is an outcome, too."""
    holds = holds_of(recipients, now=now)
    for delivery_id, hold in holds.items():
        handed.outcomes[delivery_id] = Outcome(DeliveryState.HELD, hold.reason)
        handed.held_until = min(handed.held_until or hold.until, hold.until)
    return [recipient for recipient in recipients if recipient.delivery_id not in holds]


def _retry_at(lease: Lease, handed: Handed, now: datetime) -> datetime:
    """The calendar's hour only when nobody else is left in the batch: whoever lives in no silence does not wait for it."""
    if handed.broken or _anyone_asked_for_patience(handed):
        return now + backoff(lease.attempt)
    return now if handed.stopped else max(now, handed.held_until or now)


def _anyone_asked_for_patience(handed: Handed) -> bool:
    return any(
        outcome.state == DeliveryState.HELD and outcome.reason not in HOLDS for outcome in handed.outcomes.values()
    )
