"""Whose row it is: people that are known, rows of the file that repeat each other. All in SQL, on the staged rows."""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Iterable
from typing import Any

from crm.consent.models import Suppression
from crm.consent.suppression import sql_key
from crm.imports.staging import LIST_SEPARATOR, TABLE

SPLIT = f"string_to_array({{}}, '{LIST_SEPARATOR}')"
NAME = "extensions.fold({0}.first_name || ' ' || {0}.last_name)"
ROW_NAME = "extensions.fold(coalesce(r.first_name, '') || ' ' || coalesce(r.last_name, ''))"

# A number of the former tool is no proof by itself: two tools may both know a number 12. Another full name unmasks it.
BY_EXTERNAL_ID = f"""
UPDATE {TABLE} r SET person_id = coalesce(p.merged_into_id, p.id), how = 'external_id' FROM people_person p
WHERE p.external_id = r.external_id AND r.external_id <> '' AND (p.erased_at IS NULL OR p.merged_into_id IS NOT NULL)
  AND NOT (extensions.fold(p.first_name) <> extensions.fold(r.first_name) AND extensions.fold(p.last_name) <> extensions.fold(r.last_name)
           AND p.first_name <> '' AND p.last_name <> '')"""
# OFFSET 0 has the index asked once for each row staged: joined otherwise, all addresses would be read for each chunk.
BY_EMAIL = f"""
UPDATE {TABLE} r SET person_id = found.person_id, how = 'email' FROM (
  SELECT DISTINCT ON (x.line) x.line, e.person_id
  FROM {TABLE} x CROSS JOIN LATERAL unnest({SPLIT.format("x.emails")}) WITH ORDINALITY AS u (address, n)
  CROSS JOIN LATERAL (
    SELECT e.person_id FROM people_emailaddress e WHERE extensions.fold(e.address) = extensions.fold(u.address) OFFSET 0
  ) e
  WHERE x.person_id IS NULL AND x.emails IS NOT NULL
  ORDER BY x.line, u.n
) found WHERE r.line = found.line"""
# Numbers first, then names: the other way round, everybody's name would be folded for each chunk.
BY_PHONE = f"""
WITH same_number AS MATERIALIZED (
  SELECT r.line, t.person_id, {ROW_NAME} AS name
  FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.phones")}) AS u (number)
  JOIN people_phonenumber t ON t.number = u.number
  WHERE r.person_id IS NULL AND r.phones IS NOT NULL
)
UPDATE {TABLE} r SET person_id = found.person_id, how = 'phone' FROM (
  SELECT s.line, min(p.id) AS person_id
  FROM same_number s JOIN people_person p ON p.id = s.person_id AND p.erased_at IS NULL AND {NAME.format("p")} = s.name
  GROUP BY s.line
) found WHERE r.line = found.line"""
BY_BIRTH = f"""
UPDATE {TABLE} r SET person_id = found.person_id, how = 'birth' FROM (
  SELECT r.line, min(p.id) AS person_id
  FROM {TABLE} r CROSS JOIN LATERAL (
    SELECT p.id FROM people_person p WHERE p.birth_date = r.birth_date AND p.erased_at IS NULL AND {NAME.format("p")} = {ROW_NAME} OFFSET 0
  ) p
  WHERE r.person_id IS NULL AND r.emails IS NULL AND r.birth_date IS NOT NULL AND {ROW_NAME} <> ' '
  GROUP BY r.line
) found WHERE r.line = found.line"""
BY_STREET = f"""
UPDATE {TABLE} r SET person_id = found.person_id, how = 'street' FROM (
  SELECT r.line, min(p.id) AS person_id
  FROM {TABLE} r CROSS JOIN LATERAL (
    SELECT p.id FROM people_person p WHERE p.postcode = r.postcode AND p.erased_at IS NULL AND lower(p.street) = lower(r.street)
      AND {NAME.format("p")} = {ROW_NAME} OFFSET 0
  ) p
  WHERE r.person_id IS NULL AND r.emails IS NULL AND r.street <> '' AND {ROW_NAME} <> ' '
  GROUP BY r.line
) found WHERE r.line = found.line"""

# Rows of one root are one person, whichever of them was recognized.
SPREAD = f"""
UPDATE {TABLE} r SET person_id = g.person_id FROM (
  SELECT root, (array_agg(person_id ORDER BY line) FILTER (WHERE person_id IS NOT NULL))[1] AS person_id
  FROM {TABLE} GROUP BY root HAVING count(*) > 1
) g WHERE r.root = g.root AND g.person_id IS NOT NULL AND r.person_id IS DISTINCT FROM g.person_id"""
LEADERS = f"""
UPDATE {TABLE} r SET leader = l.leader FROM (
  SELECT line, min(line) OVER (PARTITION BY coalesce(person_id, -root)) AS leader FROM {TABLE} WHERE NOT refused
) l WHERE r.line = l.line AND l.leader < r.line"""

_FIRST = "(array_agg({0} ORDER BY line) FILTER (WHERE {0} IS NOT NULL))[1] AS {0}"
_SINGLE = (
    "external_id", "first_name", "last_name", "birth_name", "gender", "occupation", "language", "street", "postcode", "city", "country",
    "commune_code", "departement_code", "region_code", "birth_date", "support_level",
)  # fmt: skip
_ALL = {
    "emails": LIST_SEPARATOR,
    "bad_emails": LIST_SEPARATOR,
    "phones": LIST_SEPARATOR,
    "tags": LIST_SEPARATOR,
    "note": "\n",
}
_ANSWERS = ("email_ok", "sms_ok", "call_ok", "post_ok")
# The earlier line wins, the later ones fill in what it leaves empty; a refusal in any of them is a refusal.
COLLAPSE = f"""
UPDATE {TABLE} r SET
  {", ".join(f"{name} = coalesce(r.{name}, f.{name})" for name in _SINGLE)},
  {", ".join(f"{name} = nullif(concat_ws(%({'newline' if name == 'note' else 'sign'})s, r.{name}, f.{name}), '')" for name in _ALL)},
  {", ".join(f"{name} = CASE WHEN r.{name} IS NULL THEN f.{name} ELSE r.{name} AND coalesce(f.{name}, true) END" for name in _ANSWERS)},
  phone_bad = coalesce(r.phone_bad, f.phone_bad)
FROM (
  SELECT leader, {", ".join(_FIRST.format(name) for name in (*_SINGLE, "phone_bad"))},
    {", ".join(f"string_agg(DISTINCT {name}, %({'newline' if name == 'note' else 'sign'})s) AS {name}" for name in _ALL)},
    {", ".join(f"bool_and({name}) AS {name}" for name in _ANSWERS)}
  FROM {TABLE} WHERE leader IS NOT NULL GROUP BY leader
) f WHERE r.line = f.leader"""

# Erased people stay erased: an address that asked to be left alone, and that nobody has any more, is not taken up again.
ASKED_TO_LEAVE = f"""
UPDATE {TABLE} r SET refused = true FROM (
  SELECT DISTINCT x.line FROM {TABLE} x
  CROSS JOIN LATERAL (
    SELECT 'email' AS channel, unnest({SPLIT.format("x.emails")}) AS address
    UNION ALL SELECT c, unnest({SPLIT.format("x.phones")}) FROM (VALUES ('sms'), ('phone')) AS v (c)
  ) u
  JOIN consent_suppression s ON s.channel = u.channel
    AND s.address_hash = sha256(%(outer)s::bytea || sha256(%(inner)s::bytea || convert_to(u.address, 'UTF8')))
  WHERE x.person_id IS NULL
) left_alone WHERE r.line = left_alone.line"""
NUMBER = f"""
UPDATE {TABLE} SET is_new = true, person_id = nextval((SELECT pg_get_serial_sequence('people_person', 'id')::regclass))
WHERE person_id IS NULL AND leader IS NULL AND NOT refused"""


def match(cursor: Any) -> None:
    """Fill `person_id`, `leader`, `refused` of the staged rows, and number those who are new."""
    for statement in (BY_EXTERNAL_ID, BY_EMAIL, BY_PHONE, BY_BIRTH, BY_STREET, SPREAD):
        cursor.execute(statement)
    if Suppression.objects.exists():
        key = sql_key()
        cursor.execute(ASKED_TO_LEAVE, {"inner": key.inner, "outer": key.outer})
    cursor.execute(LEADERS)
    if cursor.rowcount:
        cursor.execute(COLLAPSE, {"sign": LIST_SEPARATOR, "newline": "\n"})
    cursor.execute(NUMBER)


def mark_repeats(cursor: Any, seen: "set[int]") -> None:
    """People of earlier rows of the same file: this row may only fill in what theirs left empty."""
    if not seen:
        return
    cursor.execute(f"SELECT DISTINCT person_id FROM {TABLE} WHERE person_id IS NOT NULL AND NOT is_new")
    again = [person_id for (person_id,) in cursor.fetchall() if person_id in seen]
    if again:
        cursor.execute(f"UPDATE {TABLE} SET repeats = true WHERE person_id = ANY(%s::bigint[])", [as_array(again)])


def as_array(ids: Iterable[int]) -> str:
    """As PostgreSQL writes an array: tens of thousands of numbers one by one would cost more than the statement."""
    return f"{{{','.join(map(str, ids))}}}"
