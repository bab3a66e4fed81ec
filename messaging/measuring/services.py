"""What a sending leaves for the measuring: where its links lead, and whose mail may tell of its reading."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from messaging.deliveries.models import Mailing
from messaging.measuring.forgetting import watch_over
from messaging.measuring.models import Link, Reading


@transaction.atomic
def keep_links(*, mailing: Mailing, addresses: Sequence[str]) -> None:
    """In the order in which they stand in the message."""
    Link.objects.bulk_create(
        [Link(mailing=mailing, position=place, address=address) for place, address in enumerate(addresses)]
    )


def note_measured(*, mailing_id: int, people: Mapping[int, int], now: datetime) -> None:
    """By delivery: those whose mail has just been taken with a picture and links of its own. Safe to repeat."""
    if not people:
        return
    readings = [
        Reading(mailing_id=mailing_id, delivery_id=delivery_id, person_id=person_id, sent_at=now)
        for delivery_id, person_id in people.items()
    ]
    Reading.objects.bulk_create(readings, ignore_conflicts=True)
    watch_over(now=now)
