"""What a delivery leaves behind on the person: an entry of the activity stream, and an address known to be dead."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from crm.people.refreshing import refresh_people
from messaging.deliveries.channels import Outcome, Recipient
from messaging.deliveries.enums import DeliveryState, Reason
from messaging.deliveries.models import Delivery, Mailing
from shared.metrics import count_mails

SENT, BOUNCED, UNSUBSCRIBED = "message_sent", "message_bounced", "unsubscribed"


def record_outcomes(
    *, mailing: Mailing, outcomes: Mapping[int, Outcome], recipients: Mapping[int, Recipient], now: datetime
) -> None:
    """Set by set, whatever the size of the batch; in the transaction that settles it."""
    _tell(mailing, outcomes, {key: recipients[key].person_id for key in outcomes}, now)
    refused = {key: each for key, each in outcomes.items() if each.state == DeliveryState.REFUSED}
    dead = [key for key, each in refused.items() if each.reason == Reason.BAD_ADDRESS]
    _mark_bad([recipients[key] for key in dead], [refused[key].code for key in dead], now)


def record_recovered(*, mailing: Mailing, outcomes: Mapping[int, Outcome], now: datetime) -> None:
    """What a killed worker did not come to tell. The address that it wrote to may be another one since: none is marked."""
    people = dict(Delivery.objects.filter(pk__in=outcomes).values_list("pk", "person_id"))
    _tell(mailing, outcomes, people, now)


def _tell(mailing: Mailing, outcomes: Mapping[int, Outcome], people: Mapping[int, int], now: datetime) -> None:
    for state, number in Counter(each.state for each in outcomes.values()).items():
        count_mails(way="mailing", outcome=state, number=number)
    for kind, state in ((SENT, DeliveryState.ACCEPTED), (BOUNCED, DeliveryState.REFUSED)):
        _write_activities(mailing, kind, [people[key] for key, each in outcomes.items() if each.state == state], now)


def _write_activities(mailing: Mailing, kind: str, person_ids: list[int], now: datetime) -> None:
    if not person_ids:
        return
    payload = json.dumps({"mailing": mailing.pk, "title": mailing.title})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_activity (person_id, kind, at, payload, source_kind, source_reference, actor_id)
            SELECT person_id, %s, %s, %s::jsonb, 'office', %s, %s FROM unnest(%s::bigint[]) AS p(person_id)
            """,
            [kind, now, payload, f"mailing:{mailing.pk}", mailing.asked_by_id, person_ids],
        )


def _mark_bad(recipients: list[Recipient], codes: list[str], now: datetime) -> None:
    if not recipients:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE people_emailaddress e SET status = 'bad', status_reason = b.code, status_at = %s
              FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS b(person_id, address, code)
             WHERE e.person_id = b.person_id AND e.address = b.address
            """,
            [now, [each.person_id for each in recipients], [each.address for each in recipients], codes],
        )
    refresh_people([each.person_id for each in recipients])
