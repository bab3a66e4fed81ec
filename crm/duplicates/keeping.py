"""Scored pairs on their way into the review."""

from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection

from crm.duplicates.enums import WORTH_A_LOOK
from crm.duplicates.scoring import score_pairs

KEEP = """
INSERT INTO duplicates_duplicatepair (first_id, second_id, score, is_certain, reasons, state, found_at)
SELECT first_id, second_id, score, is_certain, string_to_array(reasons, ','), 'open', %(now)s::timestamptz
FROM unnest(%(first)s::bigint[], %(second)s::bigint[], %(score)s::smallint[], %(certain)s::boolean[], %(reasons)s::text[])
  AS found (first_id, second_id, score, is_certain, reasons)
WHERE EXISTS (SELECT FROM people_person WHERE id = first_id AND erased_at IS NULL)
  AND EXISTS (SELECT FROM people_person WHERE id = second_id AND erased_at IS NULL)
ON CONFLICT (first_id, second_id) DO UPDATE
  SET score = excluded.score, is_certain = excluded.is_certain, reasons = excluded.reasons, found_at = excluded.found_at
  WHERE duplicates_duplicatepair.state IN ('open', 'later')
"""


def keep_pairs(people: pl.DataFrame, pairs: pl.DataFrame, *, everyone: int, now: datetime) -> int:
    """Score them, and keep those worth a look; returns how many those are."""
    if pairs.is_empty():
        return 0
    scores = score_pairs(people, pairs["a"].to_list(), pairs["b"].to_list(), everyone=everyone)
    mille = scores.per_mille()
    rows = [int(row) for row in (mille >= WORTH_A_LOOK).nonzero()[0]]
    if not rows:
        return 0
    ids = people["id"]
    chosen = pairs[rows]
    ordered = pl.DataFrame({"x": ids[chosen["a"].to_list()], "y": ids[chosen["b"].to_list()]})
    parameters: dict[str, Any] = {
        "first": ordered.min_horizontal().to_list(),
        "second": ordered.max_horizontal().to_list(),
        "score": [int(mille[row]) for row in rows],
        "certain": [bool(scores.is_certain[row]) for row in rows],
        "reasons": [",".join(scores.reasons_of(row)) for row in rows],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, parameters)
    return len(rows)
