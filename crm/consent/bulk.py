"""The ledger's pen for a hundred thousand people at once: the rules of `record_consents`, in a few statements."""

from datetime import datetime
from typing import Any

from django.db import transaction
from psycopg import sql

from crm.consent.entries import HER_OWN
from crm.consent.enums import Basis
from crm.consent.services import Source, WordingMissing, check_basis


@transaction.atomic
def record_consents_from_table(cursor: Any, table: str, source: Source, now: datetime) -> int:
    """Append what is new in `table` (person_id, purpose, channel, granted, basis, wording) and return how many lines.

    The caller then runs `crm.people.services.refresh_people_from_table`. Lines that repeat what stands add nothing, and a
    refusal is never overturned unless the act is the person's own. Raises BasisNotAllowed, WordingMissing.
    """
    name = sql.Identifier(table)
    _check(cursor, name)
    cursor.execute(
        sql.SQL(
            """INSERT INTO consent_wording (hash, text, first_seen_at)
            SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex'), text, %(now)s::timestamptz
            FROM (SELECT DISTINCT btrim(wording) AS text FROM {table}) wordings ON CONFLICT DO NOTHING"""
        ).format(table=name),
        {"now": now},
    )
    # A withdrawal under way is waited for: the statement after this one sees it.
    cursor.execute(sql.SQL(LOCK).format(table=name))
    cursor.execute(
        sql.SQL(APPEND).format(table=name),
        {
            "now": now,
            "kind": source.kind,
            "reference": source.reference,
            "actor": source.actor_id,
            "own": source.kind in HER_OWN,
        },
    )
    return int(cursor.rowcount)


LOCK = """
SELECT count(*) FROM (
  SELECT FROM people_person WHERE id IN (SELECT person_id FROM {table}) ORDER BY id FOR NO KEY UPDATE
) locked
"""
APPEND = """
WITH wordings AS MATERIALIZED (
  SELECT wording, encode(sha256(convert_to(btrim(wording), 'UTF8')), 'hex') AS hash FROM (SELECT DISTINCT wording FROM {table}) w
), said AS (
  SELECT DISTINCT ON (t.person_id, t.purpose, t.channel) t.person_id, t.purpose, t.channel, t.granted, t.basis, t.wording
  FROM {table} t
  -- OFFSET 0 has the index asked for each line: joined otherwise, the states of everyone would be read for each call.
  LEFT JOIN LATERAL (
    SELECT * FROM consent_consentstate c WHERE c.person_id = t.person_id AND c.purpose = t.purpose AND c.channel = t.channel OFFSET 0
  ) s ON true
  WHERE s.id IS NULL OR %(own)s OR (s.granted AND (s.granted, s.basis) IS DISTINCT FROM (t.granted, t.basis))
  ORDER BY t.person_id, t.purpose, t.channel, t.granted
), written AS (
  INSERT INTO consent_consententry
    (person_id, purpose, channel, granted, basis, wording_id, at, source_kind, source_reference, actor_id)
  SELECT s.person_id, s.purpose, s.channel, s.granted, s.basis, w.hash, %(now)s::timestamptz, %(kind)s, %(reference)s, %(actor)s::bigint
  FROM said s JOIN wordings w ON w.wording = s.wording
  RETURNING id, person_id, purpose, channel, granted, basis
)
INSERT INTO consent_consentstate (person_id, purpose, channel, granted, basis, entry_id, at)
SELECT person_id, purpose, channel, granted, basis, id, %(now)s::timestamptz FROM written
ON CONFLICT (person_id, purpose, channel) DO UPDATE
  SET granted = excluded.granted, basis = excluded.basis, entry_id = excluded.entry_id, at = excluded.at
"""


def _check(cursor: Any, table: sql.Identifier) -> None:
    cursor.execute(sql.SQL("SELECT DISTINCT basis, granted AND btrim(wording) = '' FROM {table}").format(table=table))
    for basis, without_wording in cursor.fetchall():
        check_basis(Basis(basis))
        if without_wording:
            raise WordingMissing
