"""Who holds which batch, and how far it got: what makes a killed worker lose nobody and write to nobody twice.

Before a few people are handed over, `announce` commits that they may be. Before the next few, it commits that the former
ones were. A lease that ran out is settled by `recover_expired`: what was answered for keeps its outcome, what was only
announced cannot be known, all the rest goes back to the queue. Leases run on the database's clock, the only one shared.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction

from messaging.deliveries.channels import Outcome
from messaging.deliveries.counts import count_batches, lock_batch
from messaging.deliveries.enums import HOLDS, DeliveryState, Reason
from messaging.deliveries.models import Mailing
from messaging.deliveries.outcomes import record_recovered

LEASE = 240.0  # seconds; a carrier gives back what it did not do after one
ATTEMPTS = 6
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))


@dataclass(frozen=True, slots=True)
class Lease:
    batch_id: int
    mailing_id: int
    token: UUID
    first_id: int
    last_id: int
    attempt: int


def lease_batch(*, mailing_id: int, now: datetime) -> Lease | None:
    """The next batch that is due and that nobody holds. Committed before anything is done with it."""
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE deliveries_batch SET state = 'leased', lease = %s, leased_until = clock_timestamp() + make_interval(secs => %s),
                   attempt = attempt + 1, intent_through = 0, done_through = 0, exceptions = '{}'
             WHERE id = (SELECT b.id FROM deliveries_batch b JOIN deliveries_mailing m ON m.id = b.mailing_id
                          WHERE b.mailing_id = %s AND m.state = 'sending' AND b.state = 'queued' AND b.not_before <= %s
                          ORDER BY b.first_id LIMIT 1 FOR UPDATE OF b SKIP LOCKED)
            RETURNING id, first_id, last_id, attempt
            """,
            [token, LEASE, mailing_id, now],
        )
        row = cursor.fetchone()
    return None if row is None else Lease(row[0], mailing_id, token, row[1], row[2], row[3])


def announce(lease: Lease, *, ids: Sequence[int], done_through: int, exceptions: Mapping[int, Outcome]) -> set[int]:
    """Commit that these people may be handed over now, and the outcomes so far. Returns those still to be written to.

    Empty when the mailing was paused or stopped, or when the lease ran out: then nobody may be handed over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE deliveries_batch b SET intent_through = %s, done_through = %s, exceptions = %s::jsonb,
                   leased_until = clock_timestamp() + make_interval(secs => %s)
              FROM deliveries_mailing m
             WHERE b.id = %s AND b.lease = %s AND b.state = 'leased' AND b.leased_until > clock_timestamp()
               AND m.id = b.mailing_id AND m.state = 'sending'
            RETURNING ARRAY(SELECT d.id FROM deliveries_delivery d
                             WHERE d.id = ANY(%s) AND d.state IN ('queued', 'held'))
            """,
            [ids[-1], done_through, _as_json(exceptions), LEASE, lease.batch_id, lease.token, list(ids)],
        )
        row = cursor.fetchone()
    return set() if row is None else set(row[0])


@transaction.atomic
def settle(lease: Lease, *, outcomes: Mapping[int, Outcome], now: datetime, retry_at: datetime) -> dict[int, Outcome]:
    """Write the outcomes and give the batch back. Returns those that are new, as they stand now: given up, after the last attempt.

    With a lease that was lost meanwhile only what nobody could know is corrected: the rest is in other hands.
    """
    lock_batch(lease.batch_id)
    held = _let_go(lease)
    states = ("queued", "held", "skipped") if held else ("unknown",)
    changed = _write_outcomes(outcomes, states, now)
    if held:
        _close_batch(lease.batch_id, now, retry_at)
    count_batches([lease.batch_id])
    return changed


@transaction.atomic
def recover_expired(*, mailing_id: int, now: datetime) -> int:
    """Settle the batches whose worker is gone, with what it would have left on the people."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, first_id, last_id, intent_through, done_through, exceptions::text FROM deliveries_batch
             WHERE mailing_id = %s AND state = 'leased' AND leased_until < clock_timestamp()
             ORDER BY id FOR UPDATE SKIP LOCKED
            """,
            [mailing_id],
        )
        batches = cursor.fetchall()
    mailing = Mailing.objects.get(pk=mailing_id)
    for batch_id, first_id, last_id, intent_through, done_through, exceptions in batches:
        outcomes = _from_json(exceptions)
        for delivery_id in _pending(mailing_id, first_id, min(last_id, intent_through)):
            known = Outcome(DeliveryState.ACCEPTED) if delivery_id <= done_through else _killed()
            outcomes.setdefault(delivery_id, known)
        changed = _write_outcomes(outcomes, ("queued", "held"), now)
        record_recovered(mailing=mailing, outcomes=changed, now=now)
        _close_batch(batch_id, now, now)
    count_batches([batch_id for batch_id, *_rest in batches])
    return len(batches)


def backoff(attempt: int) -> timedelta:
    return BACKOFF[min(attempt, len(BACKOFF)) - 1]


def _let_go(lease: Lease) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliveries_batch SET lease = NULL WHERE id = %s AND lease = %s AND state = 'leased'",
            [lease.batch_id, lease.token],
        )
        return bool(cursor.rowcount)


def _write_outcomes(outcomes: Mapping[int, Outcome], states: Sequence[str], now: datetime) -> dict[int, Outcome]:
    if not outcomes:
        return {}
    rows = list(outcomes.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE deliveries_delivery d SET attempts = d.attempts + o.tried, code = o.code, settled_at = %s,
                   state = CASE WHEN o.state = 'held' AND o.tried = 1 AND d.attempts + 1 >= %s THEN 'refused' ELSE o.state END,
                   reason = CASE WHEN o.state = 'held' AND o.tried = 1 AND d.attempts + 1 >= %s THEN 'gave_up' ELSE o.reason END
              FROM (SELECT *, (reason <> ALL(%s))::int AS tried
                      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS u(id, state, reason, code)) o
             WHERE d.id = o.id AND d.state = ANY(%s) AND NOT (d.state = 'skipped' AND o.state = 'held')
            RETURNING d.id, d.state, d.reason, d.code
            """,
            [
                now,
                ATTEMPTS,
                ATTEMPTS,
                [str(reason) for reason in HOLDS],
                [delivery_id for delivery_id, _outcome in rows],
                [str(outcome.state) for _id, outcome in rows],
                [str(outcome.reason) for _id, outcome in rows],
                [outcome.code for _id, outcome in rows],
                list(states),
            ],
        )
        return {
            pk: Outcome(DeliveryState(state), Reason(reason), code) for pk, state, reason, code in cursor.fetchall()
        }


def _close_batch(batch_id: int, now: datetime, retry_at: datetime) -> None:
    """Done, or back in the queue for those that are still to be written to."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE deliveries_batch b SET lease = NULL, leased_until = NULL, not_before = %s,
                   state = CASE WHEN EXISTS (SELECT FROM deliveries_delivery d
                                              WHERE d.id BETWEEN b.first_id AND b.last_id AND d.mailing_id = b.mailing_id
                                                AND d.state IN ('queued', 'held'))
                                THEN 'queued' ELSE 'done' END
             WHERE b.id = %s
            """,
            [max(now, retry_at), batch_id],
        )


def _pending(mailing_id: int, first_id: int, last_id: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM deliveries_delivery"
            " WHERE id BETWEEN %s AND %s AND mailing_id = %s AND state IN ('queued', 'held')",
            [first_id, last_id, mailing_id],
        )
        return [row[0] for row in cursor.fetchall()]


def _killed() -> Outcome:
    return Outcome(DeliveryState.UNKNOWN, Reason.KILLED)


def _as_json(exceptions: Mapping[int, Outcome]) -> str:
    return json.dumps({str(key): [value.state, value.reason, value.code] for key, value in exceptions.items()})


def _from_json(stored: str) -> dict[int, Outcome]:
    return {
        int(key): Outcome(DeliveryState(state), Reason(reason), code)
        for key, (state, reason, code) in json.loads(stored).items()
    }
