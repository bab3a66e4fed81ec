"""Whose row it is: people that are known already. All in SQL, on the identities of a whole file at once."""

# ruff: noqa: S608 -- statements are made of our own constants only

from typing import Any

import polars as pl

from crm.consent.enums import Channel
from crm.consent.models import Suppression
from crm.consent.suppression import HASH, folded, name_with, sql_key
from crm.imports.staging import LIST_SEPARATOR, as_text
from crm.people.bulk import FRENCH, FRENCH_MOBILE

TABLE = "import_identities"
TEXTS = ("external_id", "emails", "phones", "first_name", "last_name", "postcode", "street")
# Tables that an import has just filled look empty to the planner, which then reads them whole for every row.
SETTINGS = {"enable_seqscan": "off", "jit": "off", "work_mem": "64MB"}
CREATE = f"""
CREATE TEMP TABLE {TABLE} (
  line integer NOT NULL, birth_date date, {", ".join(f"{name} text" for name in TEXTS)},
  root integer, person_id bigint, how text, leader integer, taken boolean, refused boolean NOT NULL DEFAULT false, left_alone text
) ON COMMIT DROP"""
SPLIT = f"string_to_array({{}}, '{LIST_SEPARATOR}')"
NAME = "extensions.fold({0}.first_name || ' ' || {0}.last_name)"
NOT_BORN_OTHERWISE = "(p.birth_date = r.birth_date) IS NOT FALSE"  # a household has one telephone and may have one name
ROW_NAME = "extensions.fold(coalesce(r.first_name, '') || ' ' || coalesce(r.last_name, ''))"

# A number of the former tool is no proof by itself: two tools may both know a number 12. Another full name unmasks it.
BY_EXTERNAL_ID = f"""
UPDATE {TABLE} r SET person_id = coalesce(p.merged_into_id, p.id), how = 'external_id' FROM people_person p
WHERE p.external_id = r.external_id AND r.external_id <> '' AND (p.erased_at IS NULL OR p.merged_into_id IS NOT NULL)
  AND NOT (extensions.fold(p.first_name) <> extensions.fold(r.first_name) AND extensions.fold(p.last_name) <> extensions.fold(r.last_name)
           AND p.first_name <> '' AND p.last_name <> '')"""
# OFFSET 0 has the index asked once for each row: joined otherwise, all addresses of the campaign would be read and folded.
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
# Numbers first, then names: the other way round, everybody's name would be folded.
BY_PHONE = f"""
WITH same_number AS MATERIALIZED (
  SELECT r.line, r.birth_date, t.person_id, {ROW_NAME} AS name
  FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.phones")}) AS u (number)
  CROSS JOIN LATERAL (SELECT t.person_id FROM people_phonenumber t WHERE t.number = u.number OFFSET 0) t
  WHERE r.person_id IS NULL AND r.phones IS NOT NULL
)
UPDATE {TABLE} r SET person_id = found.person_id, how = 'phone' FROM (
  SELECT r.line, min(p.id) AS person_id
  FROM same_number r JOIN people_person p ON p.id = r.person_id AND p.erased_at IS NULL AND {NAME.format("p")} = r.name AND {NOT_BORN_OTHERWISE}
  GROUP BY r.line
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
      AND {NAME.format("p")} = {ROW_NAME} AND {NOT_BORN_OTHERWISE} OFFSET 0
  ) p
  WHERE r.person_id IS NULL AND r.emails IS NULL AND r.street <> '' AND {ROW_NAME} <> ' '
  GROUP BY r.line
) found WHERE r.line = found.line"""

# Rows of one root are one person, whichever of them was recognized.
SPREAD = f"""
UPDATE {TABLE} r SET person_id = g.person_id FROM (
  SELECT coalesce(root, line) AS root, (array_agg(person_id ORDER BY line) FILTER (WHERE person_id IS NOT NULL))[1] AS person_id
  FROM {TABLE} GROUP BY 1 HAVING count(*) > 1
) g WHERE coalesce(r.root, r.line) = g.root AND g.person_id IS NOT NULL AND r.person_id IS DISTINCT FROM g.person_id"""
LEADERS = f"""
UPDATE {TABLE} r SET leader = g.leader FROM (
  SELECT coalesce(person_id, -coalesce(root, line)) AS who, min(line) AS leader FROM {TABLE} WHERE NOT refused
  GROUP BY 1 HAVING count(*) > 1
) g WHERE coalesce(r.person_id, -coalesce(r.root, r.line)) = g.who AND g.leader < r.line AND NOT r.refused"""
# Somebody new with a number of the former tool that is somebody else's here.
TAKEN = f"""
UPDATE {TABLE} r SET taken = true FROM people_person p
WHERE r.person_id IS NULL AND r.external_id <> '' AND p.external_id = r.external_id"""

# Erased people stay erased: what asked to be left alone, and nobody has any more, is not taken up again. A landline has a whole
# household, so that one alone sets nobody aside but its namesake: whoever can be told otherwise comes without it. An erasure
# names a number for calls and for text messages: one of both is asked.
_HOME = name_with("n.name", "home", folded("x.street || '|' || x.postcode"))
BY_POST = f"""
    UNION ALL SELECT 'post', {_HOME}, NULL WHERE x.person_id IS NULL AND x.street <> '' AND x.postcode <> ''
    UNION ALL SELECT 'post', {name_with("n.name", "number", "x.external_id")}, NULL WHERE x.person_id IS NULL AND x.external_id <> ''"""
_IS_MOBILE = f"(h.number ~ '{FRENCH_MOBILE}' OR h.number !~ '{FRENCH}')"
_IS_NAMESAKE = f"""EXISTS (
    SELECT FROM consent_suppression k WHERE k.channel = 'phone' AND k.address_hash = {HASH.format(name_with("h.name", "phone", "h.number"))})"""
ASKED_TO_LEAVE = f"""
WITH heard AS MATERIALIZED (
  SELECT x.line, x.person_id, n.name, u.number, cardinality({SPLIT.format("x.phones")}) AS numbers,
    x.emails IS NULL AND (x.street <> '' AND x.postcode <> '') IS NOT TRUE AS is_bare
  FROM {TABLE} x CROSS JOIN LATERAL (SELECT {folded("coalesce(x.first_name, '') || ' ' || coalesce(x.last_name, '')")} AS name{{once}}) n
  CROSS JOIN LATERAL (
    SELECT 'email' AS channel, e.address AS text, NULL AS number FROM unnest({SPLIT.format("x.emails")}) AS e (address) WHERE x.person_id IS NULL
    UNION ALL SELECT 'phone', t.number, t.number FROM unnest({SPLIT.format("x.phones")}) AS t (number){{by_post}}
  ) u
  JOIN consent_suppression s ON s.channel = u.channel AND s.address_hash = {HASH.format("u.text")}
), asked AS (
  SELECT h.line, h.person_id IS NULL AND (
      bool_or(h.number IS NULL OR {_IS_MOBILE} OR {_IS_NAMESAKE}) OR (bool_and(h.is_bare) AND count(DISTINCT h.number) = max(h.numbers))
    ) AS refused, string_agg(DISTINCT h.number, '{LIST_SEPARATOR}') AS numbers
  FROM heard h
  WHERE h.person_id IS NULL OR NOT EXISTS (SELECT FROM people_phonenumber t WHERE t.person_id = h.person_id AND t.number = h.number)
  GROUP BY h.line, h.person_id
)
UPDATE {TABLE} r SET refused = a.refused, left_alone = CASE WHEN NOT a.refused THEN a.numbers END FROM asked a WHERE r.line = a.line"""
FATES = f"""
COPY (SELECT line, leader, person_id, how, taken, refused, left_alone FROM {TABLE}
WHERE leader IS NOT NULL OR person_id IS NOT NULL OR taken OR refused OR left_alone IS NOT NULL) TO STDOUT (FORMAT csv)"""
FATE = pl.Schema(
    {
        "line": pl.Int64(),
        "leader": pl.Int64(),
        "person_id": pl.Int64(),
        "how": pl.String(),
        "taken": pl.Boolean(),
        "refused": pl.Boolean(),
        "left_alone": pl.String(),  # numbers that the line comes without
    }
)


def among_strangers(leaders: pl.DataFrame) -> pl.DataFrame:
    """What `match` says where nobody is known, and nobody has ever asked to be left alone."""
    unknown = {name: pl.lit(None, dtype=FATE[name]) for name in ("person_id", "how", "left_alone")}
    fates = leaders.sort("line").with_columns(**unknown, taken=pl.lit(value=False), refused=pl.lit(value=False))
    return fates.select(FATE.names())


def begin_matching(cursor: Any) -> None:
    """In a transaction, at whose end the identities are gone."""
    for setting, value in SETTINGS.items():
        cursor.execute(f"SET LOCAL {setting} = '{value}'")
    cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
    cursor.execute(CREATE)


def stage_identities(cursor: Any, people: pl.DataFrame) -> None:
    rows = as_text(people.select("line", "birth_date", *TEXTS))
    with cursor.copy(f"COPY {TABLE} (line, birth_date, {', '.join(TEXTS)}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(rows)


def match(cursor: Any, leaders: pl.DataFrame) -> pl.DataFrame:
    """What became of each line of which there is something to tell (columns of FATE).

    `leaders` says which lines of the file are about one person. A line with a leader is merged into it, one with a person
    is hers, one that is not told of is about somebody new; `taken`: somebody else here has its external number.
    """
    _set_roots(cursor, leaders)
    cursor.execute(f"ANALYZE {TABLE}")
    for statement in (BY_EXTERNAL_ID, BY_EMAIL, BY_PHONE, BY_BIRTH, BY_STREET, SPREAD, TAKEN):
        cursor.execute(statement)
    if Suppression.objects.exists():
        key = sql_key()
        names = {"by_post": "", "once": ""}
        if Suppression.objects.filter(channel=Channel.POST).exists():
            names = {"by_post": BY_POST, "once": " OFFSET 0"}  # her name is folded once
        cursor.execute(ASKED_TO_LEAVE.format(**names), {"inner": key.inner, "outer": key.outer})
    cursor.execute(LEADERS)
    with cursor.copy(FATES) as copy:
        told = b"".join(copy)
    if not told:
        return pl.DataFrame(schema=FATE)
    words = {name: pl.String() if kind == pl.Boolean else kind for name, kind in FATE.items()}
    fates = pl.read_csv(told, has_header=False, schema=words)
    return fates.with_columns((pl.col(name) == "t").fill_null(value=False) for name in ("taken", "refused"))


def _set_roots(cursor: Any, leaders: pl.DataFrame) -> None:
    if leaders.is_empty():
        return
    cursor.execute("DROP TABLE IF EXISTS import_roots")
    cursor.execute("CREATE TEMP TABLE import_roots (line integer, root integer) ON COMMIT DROP")
    with cursor.copy("COPY import_roots FROM STDIN (FORMAT csv)") as copy:
        copy.write(leaders.select("line", "leader").write_csv(include_header=False).encode())
    cursor.execute(f"UPDATE {TABLE} r SET root = g.root FROM import_roots g WHERE r.line = g.line")
