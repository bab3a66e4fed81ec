"""The people of a batch as they are now: nobody is written to without being asked for at the moment of delivery."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from crm.consent.enums import Channel, Purpose
from crm.people.reach import delivery_permissions
from messaging.deliveries.audience import purpose_for
from messaging.deliveries.channels import Recipient
from messaging.deliveries.counts import counted
from messaging.deliveries.enums import DeliveryState, LegalClass, Reason
from messaging.deliveries.leases import Lease
from messaging.deliveries.models import Delivery, Mailing
from messaging.deliveries.requests import refusals_to_ask

REASONS = {
    "withdrawn": Reason.UNSUBSCRIBED,
    "no_address": Reason.NO_ADDRESS,
    "bad_address": Reason.NO_ADDRESS,
}


def permitted_recipients(lease: Lease, *, mailing: Mailing, now: datetime) -> list[Recipient]:
    """Those who may still be written to; the others are marked as left out, with the reason."""
    return still_permitted(_recipients(lease), mailing=mailing, now=now)


def still_permitted(recipients: Sequence[Recipient], *, mailing: Mailing, now: datetime) -> list[Recipient]:
    """The same for some of them: a batch may take minutes, and somebody may have been erased or refused meanwhile."""
    kind, ids = LegalClass(mailing.legal_class), [each.person_id for each in recipients]
    reasons = refusals_to_ask(ids, now=now) if kind == LegalClass.REQUEST else _refusals(ids, purpose_for(kind))
    refused = [(reasons.get(each.person_id), each.delivery_id) for each in recipients]
    for reason in {reason for reason, _delivery in refused if reason}:
        _skip([delivery for why, delivery in refused if why == reason], reason, now)
    return [each for each in recipients if each.person_id not in reasons]


def _refusals(person_ids: list[int], purpose: Purpose) -> dict[int, Reason]:
    refusals: dict[int, Reason] = {}
    for asked in {Purpose.NEWS, purpose}:  # targeted or not, the channel must be open for news
        answers = delivery_permissions(person_ids, Channel.EMAIL, asked)
        refusals |= {
            person: REASONS.get(answer.reason, Reason.NOT_PERMITTED)
            for person, answer in answers.items()
            if not answer.allowed
        }
    return refusals


def _recipients(lease: Lease) -> list[Recipient]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id, d.person_id, p.email, p.first_name, p.last_name, p.city, p.postcode, d.basis,
                   CASE WHEN d.basis = 'request' THEN p.created_at ELSE c.at END,
                   CASE WHEN d.basis = 'request' THEN p.source_kind ELSE coalesce(c.source_kind, '') END, p.departement_code, p.custom::text
              FROM deliveries_delivery d JOIN people_person p ON p.id = d.person_id
              -- Whoever was merged meanwhile agreed under her old row, where the ledger still has it. Both rows may have a line
              -- of that number, of one import. ARRAY and LIMIT: the key is asked for each delivery, where the whole ledger
              -- would be read otherwise.
              LEFT JOIN LATERAL (
                SELECT e.at, e.source_kind FROM consent_consententry e
                 WHERE e.id = d.consent_id AND e.person_id = ANY(ARRAY(
                   SELECT d.person_id UNION ALL SELECT m.id FROM people_person m WHERE m.merged_into_id = d.person_id))
                ORDER BY e.person_id <> d.person_id LIMIT 1
              ) c ON true
             WHERE d.mailing_id = %s AND d.id BETWEEN %s AND %s AND d.state IN ('queued', 'held')
             ORDER BY d.id
            """,
            [lease.mailing_id, lease.first_id, lease.last_id],
        )
        return [Recipient(*(*row[:-1], json.loads(row[-1]))) for row in cursor.fetchall()]


def _skip(delivery_ids: list[int], reason: Reason, now: datetime) -> None:
    if delivery_ids:
        waiting = Delivery.objects.filter(pk__in=delivery_ids, state__in=(DeliveryState.QUEUED, DeliveryState.HELD))
        with counted(deliveries=delivery_ids):
            waiting.update(state=DeliveryState.SKIPPED, reason=reason, settled_at=now)
