"""The ledger's pen for a hundred thousand people at once: the rules of `record_consents`, in a few statements."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from psycopg import sql

from crm.consent.entries import HER_OWN, may_overturn
from crm.consent.enums import Basis
from crm.consent.services import Source, WordingMissing, check_basis, wording_hash
from shared.copying import Shared, copy_alike, next_ids


@transaction.atomic
def record_consents_from_table(cursor: Any, table: str, source: Source, now: datetime) -> int:
    """Append what is new in `table` (person_id, purpose, channel, granted, basis, wording, given_on) and return how many lines.

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
            "overturns": may_overturn(source),
        },
    )
    return int(cursor.rowcount)


def add_first_consents(
    cursor: Any,
    answers: pl.DataFrame,
    *,
    purpose: str,
    basis: str,
    wordings: Mapping[str, str],
    source: Source,
    now: datetime,
) -> None:
    """The ledger's first lines about people who are new, and the states that follow: COPY, since nothing can stand against them.

    `answers`: person_id, channel, granted, given_on, one row for each person and channel. `wordings`: by channel, what they
    said yes to.
    Raises BasisNotAllowed, WordingMissing.
    """
    if answers.is_empty():
        return
    check_basis(Basis(basis))
    kinds = answers.select("channel", "granted").unique().sort("channel", "granted").with_row_index("kind")
    texts = {(one, yes): wordings.get(one, "").strip() if yes else "" for _, one, yes in kinds.iter_rows()}
    if any(yes and not text for (_, yes), text in texts.items()):
        raise WordingMissing
    hashes = {text: wording_hash(text) for text in sorted({*texts.values(), ""})}
    cursor.execute(
        "INSERT INTO consent_wording (hash, text, first_seen_at) SELECT hash, text, %s FROM unnest(%s::text[], %s::text[]) w (hash, text)"
        " ON CONFLICT DO NOTHING",
        [now, list(hashes.values()), list(hashes)],
    )
    common = {"purpose": purpose, "basis": basis, "at": now}
    origin = {"source_kind": source.kind, "source_reference": source.reference, "actor_id": source.actor_id}
    # Who says the same has the same number: a line is known by its person and it, and a million are not drawn.
    numbers = next_ids(cursor, "consent_consententry", kinds.height)
    states: list[Shared] = []
    entries: list[Shared] = []
    for number, (_, channel, granted) in zip(numbers, kinds.iter_rows(), strict=True):
        told = {**common, "channel": channel, "granted": granted}
        states.append({**told, "entry_id": number})
        entries.append({**told, "id": number, "wording_id": hashes[texts[channel, granted]], **origin})
    # By person, as the keys are: entered where others end, their pages fill up.
    said = (
        answers.join(kinds, on=["channel", "granted"], maintain_order="left")
        .sort("person_id", maintain_order=True)
        .select("kind", "person_id", "given_on")
    )
    copy_alike(cursor, "consent_consententry", entries, said)
    copy_alike(cursor, "consent_consentstate", states, said.drop("given_on"))


LOCK = """
SELECT count(*) FROM (
  SELECT FROM people_person WHERE id IN (SELECT person_id FROM {table}) ORDER BY id FOR NO KEY UPDATE
) locked
"""
APPEND = """
WITH wordings AS MATERIALIZED (
  SELECT wording, encode(sha256(convert_to(btrim(wording), 'UTF8')), 'hex') AS hash FROM (SELECT DISTINCT wording FROM {table}) w
), said AS (
  SELECT DISTINCT ON (t.person_id, t.purpose, t.channel) t.person_id, t.purpose, t.channel, t.granted, t.basis, t.wording, t.given_on
  FROM {table} t
  -- OFFSET 0 has the index asked for each line: joined otherwise, the states of everyone would be read for each call.
  LEFT JOIN LATERAL (
    SELECT * FROM consent_consentstate c WHERE c.person_id = t.person_id AND c.purpose = t.purpose AND c.channel = t.channel OFFSET 0
  ) s ON true
  WHERE s.person_id IS NULL OR (%(own)s AND (s.granted OR NOT t.granted OR %(overturns)s))
    OR (s.granted AND (s.granted, s.basis) IS DISTINCT FROM (t.granted, t.basis) AND NOT (t.granted AND s.basis = 'consent'))
  ORDER BY t.person_id, t.purpose, t.channel, t.granted
), written AS (
  INSERT INTO consent_consententry
    (person_id, purpose, channel, granted, basis, wording_id, given_on, at, source_kind, source_reference, actor_id)
  SELECT s.person_id, s.purpose, s.channel, s.granted, s.basis, w.hash, s.given_on, %(now)s::timestamptz, %(kind)s, %(reference)s, %(actor)s::bigint
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
