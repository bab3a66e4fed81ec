"""A few people against everybody: who just signed up, was edited, or came with a small import. By the indexes alone."""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from django.db import connection, transaction

from crm.duplicates.keeping import keep_pairs
from crm.duplicates.reading import commonness, people_by_id, with_shares
from crm.duplicates.services import SEARCH
from crm.people.queries import contact_count
from crm.runs.models import Run

AT_ONCE = 200
PER_WAY = 100
NAME = "extensions.fold(p.last_name) = extensions.fold({last}) AND extensions.fold(p.first_name) = extensions.fold({first})"
# Each way of finding uses an index; LATERAL with a limit keeps a telephone of thousands from making thousands of pairs.
WAYS = (
    "SELECT t.person_id AS id FROM people_phonenumber o JOIN people_phonenumber t ON t.number = o.number WHERE o.person_id = x.id",
    """SELECT e.person_id AS id FROM people_emailaddress o JOIN people_emailaddress e
    ON extensions.fold(e.address) LIKE replace(replace(split_part(split_part(o.address, '@', 1), '+', 1), '\\', ''), '_', '\\_') || '%%'
    AND length(e.address) < length(o.address) + 12
    WHERE o.person_id = x.id AND length(split_part(o.address, '@', 1)) >= 7""",
    f"SELECT p.id FROM people_person p WHERE x.last_name <> '' AND {NAME.format(last='x.last_name', first='x.first_name')}",
    f"SELECT p.id FROM people_person p WHERE x.last_name <> '' AND {NAME.format(last='x.first_name', first='x.last_name')}",
    f"SELECT p.id FROM people_person p WHERE x.birth_name <> '' AND {NAME.format(last='x.birth_name', first='x.first_name')}",
    "SELECT p.id FROM people_person p WHERE p.birth_date = x.birth_date AND (left(p.last_name, 1) = left(x.last_name, 1) OR left(p.first_name, 1) = left(x.first_name, 1))",
    "SELECT p.id FROM people_person p WHERE p.postcode = x.postcode AND x.postcode <> '' AND p.street <> '' AND split_part(p.street, ' ', 1) = split_part(x.street, ' ', 1)",
)
NEIGHBORS = f"""
SELECT DISTINCT x.id, n.id FROM people_person x CROSS JOIN LATERAL (
  {" UNION ".join(f"(SELECT id FROM ({way}) w WHERE id <> x.id LIMIT {PER_WAY})" for way in WAYS)}
) n WHERE x.id = ANY(%s::bigint[]) AND x.erased_at IS NULL"""


def compare_people(*, person_ids: Sequence[int], now: datetime) -> int:
    """Find and keep the pairs of these people; returns how many. Nothing is taken away: the full pass does that."""
    everyone, kept = contact_count(), 0
    for start in range(0, len(person_ids), AT_ONCE):
        with transaction.atomic():
            kept += _compare(list(person_ids[start : start + AT_ONCE]), everyone, now)
    return kept


def _compare(ids: list[int], everyone: int, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBORS, [ids])
        found = {(min(pair), max(pair)) for pair in cursor.fetchall()}
    if not found:
        return 0
    people = people_by_id([one for pair in found for one in pair])
    people = _with_known_shares(people, everyone)
    row = {pk: number for number, pk in enumerate(people["id"])}
    rows = sorted((row[first], row[second]) for first, second in found if first in row and second in row)
    pairs = pl.DataFrame(rows, schema={"a": pl.UInt32, "b": pl.UInt32}, orient="row")
    return keep_pairs(people, pairs, everyone=everyone, now=now)


def _with_known_shares(people: pl.DataFrame, everyone: int) -> pl.DataFrame:
    """How common names are is known from the last full pass; before the first one, as in any file."""
    last = Run.objects.of_kind(SEARCH).filter(result__has_key="shares").first()
    return with_shares(people, last.result["shares"]) if last else commonness(people, everyone)
