"""What became of each batch, in numbers that stand beside it: nobody counts a million deliveries to show a page.

Whoever changes deliveries locks their batches first and counts them again at the end, in the same transaction: two who do
so with one batch come one after the other, and a kill leaves both the deliveries and their count, or neither.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Q

Row = tuple[int, str, str, int, int]  # mailing, state, reason, people, those among them who unsubscribed through it


@contextmanager
def counted(*, deliveries: Sequence[int] = (), mailing_id: int | None = None) -> Iterator[None]:
    """Around every change of these deliveries, or of any of this mailing."""
    with transaction.atomic():
        batches = _lock(deliveries, mailing_id)
        yield
        count_batches(batches)


def lock_batch(batch_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM deliveries_batch WHERE id = %s FOR NO KEY UPDATE", [batch_id])


def count_batches(batch_ids: Sequence[int]) -> None:
    """They are locked by the caller: what others changed before is seen by this statement."""
    if not batch_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE deliveries_batch b SET counts = c.counts
              FROM (SELECT id, jsonb_agg(jsonb_build_array(state, reason, people, gone)) AS counts
                      FROM (SELECT b.id, d.state, d.reason, count(*) AS people, count(d.unsubscribed_at) AS gone
                              FROM deliveries_batch b
                              JOIN deliveries_delivery d
                                ON d.id BETWEEN b.first_id AND b.last_id AND d.mailing_id = b.mailing_id
                             WHERE b.id = ANY(%s)
                             GROUP BY b.id, d.state, d.reason) each_reason
                     GROUP BY id) c
             WHERE b.id = c.id
            """,
            [list(batch_ids)],
        )


def with_any(state: str, reasons: Iterable[str]) -> Q:
    """The batches with somebody in this state for one of these reasons."""
    return reduce(or_, (Q(counts__contains=[[state, reason]]) for reason in reasons))


def counts_of(mailing_ids: Iterable[int]) -> list[Row]:
    """The sums over the batches; what an older version froze without a count is counted here."""
    ids = list(mailing_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT mailing_id, state, reason, sum(people)::bigint, sum(gone)::bigint FROM (
              SELECT b.mailing_id, c ->> 0 AS state, c ->> 1 AS reason, (c ->> 2)::bigint AS people, (c ->> 3)::bigint AS gone
                FROM deliveries_batch b, jsonb_array_elements(b.counts) c WHERE b.mailing_id = ANY(%(ids)s)
              UNION ALL
              SELECT b.mailing_id, d.state, d.reason, count(*), count(d.unsubscribed_at)
                FROM deliveries_batch b
                JOIN deliveries_delivery d ON d.id BETWEEN b.first_id AND b.last_id AND d.mailing_id = b.mailing_id
               WHERE b.mailing_id = ANY(%(ids)s) AND b.counts IS NULL GROUP BY 1, 2, 3
            ) each_batch GROUP BY 1, 2, 3
            """,
            {"ids": ids},
        )
        return cursor.fetchall() if ids else []


def _lock(deliveries: Sequence[int], mailing_id: int | None) -> list[int]:
    """Always in the same order, so that nobody waits in a ring."""
    chosen = "b.mailing_id = %s" if mailing_id else f"b.id IN ({OF_DELIVERIES})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT b.id FROM deliveries_batch b WHERE {chosen} ORDER BY b.id FOR NO KEY UPDATE OF b",  # noqa: S608 -- our own text
            [mailing_id or list(deliveries)],
        )
        return [row[0] for row in cursor.fetchall()]


# Each batch by one look into the index of mailing and first delivery.
OF_DELIVERIES = """
SELECT found.id FROM deliveries_delivery d, LATERAL (
  SELECT id FROM deliveries_batch WHERE mailing_id = d.mailing_id AND first_id <= d.id ORDER BY first_id DESC LIMIT 1
) found WHERE d.id = ANY(%s::bigint[])"""
