"""A campaign of a million people in a few minutes: set by set, in SQL, indexes and keys built anew at the end.

Names follow the shape of real ones (a few very common, a long tail), communes the population, activities the activists.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, sql
from results import note

from crm.geo.queries import all_communes
from tenants.facts import TenantFacts
from tenants.owner import owner_connection

TAGS = [
    "bénévole",
    "écologie",
    "europe",
    "santé",
    "logement",
    "emploi",
    "jeunes",
    "retraites",
    "tractage",
    "collage",
    "porte-à-porte",
    "élu local",
    "presse",
    "adhérent 2025",
    "culture",
    "agriculture",
]
TABLES = [
    "people_person",
    "people_emailaddress",
    "people_phonenumber",
    "people_postaladdress",
    "people_activity",
    "consent_consententry",
    "consent_consentstate",
]
SLOTS = 100_000
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "bou",
    "cha",
    "che",
    "cla",
    "co",
    "da",
    "de",
    "du",
    "fa",
    "fer",
    "ga",
    "gi",
    "gué",
    "ha",
    "jan",
    "la",
    "le",
    "lo",
    "ma",
    "mer",
    "mo",
    "na",
    "ni",
    "pé",
    "per",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "so",
    "ta",
    "te",
    "thi",
    "ton",
    "va",
    "ver",
    "vi",
]
ENDINGS = ["ard", "eau", "ier", "in", "on", "et", "ot", "and", "ois", "el", "ault", "aud", "ez", "ic", "er", "ain"]

PREPARE = """
CREATE TEMP TABLE slot (n int PRIMARY KEY, commune text, departement text, region text, postcode text, city text);
CREATE TEMP TABLE first (n int PRIMARY KEY, name text, gender text);
CREATE TEMP TABLE last (n int PRIMARY KEY, name text);
"""
# r1…: one throw of the dice for each question, so that the rows of several tables agree about a person.
DICE = """
CREATE TEMP TABLE dice AS
SELECT d.n, f.name AS first_name, l.name AS last_name, f.gender, commune, departement, region, postcode, city, r1, r2, r3, r4, r5, born,
       r1 < .93 AS mails, r2 < .6 AS phones, r3 < .7 AS says_yes, r3 > .95 AS says_no, r4 < .25 AS says_sms,
       r4 > .6 AS says_targeting
  FROM (SELECT n, random() r1, random() r2, random() r3, random() r4, random() r5,
               floor(power(random(), 3) * %(firsts)s)::int AS fn, floor(power(random(), 2.5) * %(lasts)s)::int AS ln,
               floor(random() * %(slots)s)::int AS sn,
               CASE WHEN random() < .8 THEN date '2009-01-01' - (random() * 27000)::int END AS born
          FROM generate_series(1, %(people)s) n) d
  JOIN first f ON f.n = fn JOIN last l ON l.n = ln JOIN slot s ON s.n = sn;
"""
REACH = "CASE WHEN NOT {has} THEN 2 WHEN says_no THEN 4 WHEN {agrees} THEN 0 ELSE 7 END"
PEOPLE = """
INSERT INTO people_person (id, first_name, last_name, birth_date, gender, occupation, language, support_level, tag_ids,
  relationship, email, phone, street, postcode, city, commune_code, departement_code, region_code,
  email_reach, sms_reach, call_reach, post_reach, can_email, can_sms, can_call, can_post,
  created_at, last_activity_at, source_kind, source_reference, actor_id)
SELECT n, first_name, last_name, born, gender,
  (ARRAY['', 'Infirmière', 'Cadre', 'Ouvrier', 'Enseignante', 'Retraité', 'Étudiante', 'Artisan'])[1 + floor(r5 * 8)],
  'fr', CASE WHEN r1 < .3 THEN 1 + floor(r4 * 5) END,
  CASE WHEN r2 < .55 THEN '{}' ELSE ARRAY(SELECT DISTINCT 1 + floor(power(random(), 1.7) * %(tags)s)::int
                                            FROM generate_series(1, 1 + (r5 * 3)::int + n * 0)) END,
  CASE WHEN r5 < .08 THEN 'member' WHEN r5 < .12 THEN 'ex_member' WHEN r5 < .9 THEN 'regular' ELSE 'occasional' END,
  CASE WHEN mails THEN 'p' || n || '.' || lower(extensions.fold(last_name)) || '@d' || n %% 800 || '.example' ELSE '' END,
  CASE WHEN phones THEN '+336' || lpad((n * 97 %% 100000000)::text, 8, '0') ELSE '' END,
  1 + floor(r1 * 200) || ' rue de la République', postcode, city, commune, departement, region,
    @EMAIL@, @SMS@,
  CASE WHEN phones THEN 7 ELSE 2 END, 7, mails AND says_yes, phones AND says_sms AND NOT says_no, false, false,
  now() - interval '1 day' * 900 * power(1 - n::float / %(people)s, 1.5), now() - interval '1 day' * 700 * r3,
  CASE WHEN r5 < .35 THEN 'form' ELSE 'import' END, CASE WHEN r5 < .35 THEN '' ELSE 'import:' || 1 + n / 100000 END, 1
FROM dice ORDER BY n
"""
ADDRESSES = [
    """INSERT INTO people_emailaddress (person_id, address, source_kind)
       SELECT id, email, source_kind FROM people_person WHERE email <> '' ORDER BY id""",
    """INSERT INTO people_phonenumber (person_id, number, source_kind)
       SELECT id, phone, source_kind FROM people_person WHERE phone <> '' ORDER BY id""",
    """INSERT INTO people_postaladdress (person_id, street, postcode, city, commune_code, departement_code, region_code, source_kind)
       SELECT id, street, postcode, city, commune_code, departement_code, region_code, source_kind
         FROM people_person ORDER BY id""",
]
# Two million in all: news by e-mail and SMS, targeting, petitions, whatever people said of them.
CONSENTS = """
WITH said AS (
  SELECT n, 'news' purpose, 'email' channel, says_yes granted FROM dice WHERE mails AND (says_yes OR says_no)
  UNION ALL SELECT n, 'news', 'sms', NOT says_no FROM dice WHERE phones AND (says_sms OR says_no)
  UNION ALL SELECT n, 'targeting', 'email', true FROM dice WHERE mails AND says_targeting
  UNION ALL SELECT n, 'petition', 'email', true FROM dice WHERE r1 < .5
  UNION ALL SELECT n, 'event', 'email', r2 > .05 FROM dice WHERE r1 BETWEEN .4 AND .8),
told AS (
  INSERT INTO consent_consententry (person_id, purpose, channel, granted, basis, wording_id, at, source_kind)
  SELECT n, purpose, channel, granted, 'consent', 'bench', now(), 'form' FROM said ORDER BY n
  RETURNING id, person_id, purpose, channel, granted, at)
INSERT INTO consent_consentstate (person_id, purpose, channel, granted, basis, entry_id, at)
SELECT person_id, purpose, channel, granted, 'consent', id, at FROM told
"""
ACTIVITIES = """
INSERT INTO people_activity (person_id, kind, at, payload, source_kind, source_reference)
SELECT 1 + (floor(%(people)s * power(random(), 1.6))::bigint * 7919) %% %(people)s, kind, at,
  CASE kind WHEN 'signed_up' THEN '{"form": "signup", "page": "/petition/"}'::jsonb
            WHEN 'message_sent' THEN '{"mailing": 12, "title": "La lettre"}' ELSE '{}' END,
  CASE WHEN kind = 'imported' THEN 'import' ELSE 'form' END, CASE WHEN kind = 'imported' THEN 'import:3' ELSE '' END
FROM (SELECT (ARRAY['message_sent', 'message_sent', 'message_sent', 'message_sent', 'message_sent', 'message_sent',
                    'imported', 'imported', 'signed_up', 'petition_signed', 'petition_signed', 'event_attended',
                    'event_attended', 'gave', 'shared', 'volunteered'])[1 + floor(random() * 16)] AS kind,
             now() - interval '1 day' * 730 * power(random(), 1.3) AS at
        FROM generate_series(1, %(people)s * 5)) a
ORDER BY at
"""


def fill(tenant: TenantFacts, people: int) -> None:
    with owner_connection() as owner:
        owner.execute(sql.SQL("SET search_path = {}, extensions").format(sql.Identifier(tenant.schema_name)))
        owner.execute("SET maintenance_work_mem = '768MB'; SET work_mem = '256MB'; SET synchronous_commit = off")
        with _without_indexes(owner):
            _fill(owner, people)
        owner.commit()
        owner.autocommit = True
        _timed(owner, "vacuum", "VACUUM ANALYZE")


def _fill(owner: Connection[Any], wanted: int) -> None:
    numbers = {"people": wanted, "tags": len(TAGS), "slots": SLOTS}
    owner.execute(PREPARE)
    numbers |= _names(owner)
    _places(owner)
    owner.execute("INSERT INTO consent_wording (hash, text) VALUES ('bench', 'Oui')")
    for number, tag in enumerate(TAGS, start=1):
        owner.execute("INSERT INTO people_tag (id, name, color) VALUES (%s, %s, 'encre')", [number, tag])
    _timed(owner, "dice", DICE, numbers)
    reached = {"@EMAIL@": ("mails", "says_yes"), "@SMS@": ("phones", "says_sms")}
    people = PEOPLE
    for mark, (has, agrees) in reached.items():
        people = people.replace(mark, REACH.format(has=has, agrees=agrees))
    _timed(owner, "people", people, numbers)
    owner.execute("SELECT setval(pg_get_serial_sequence('people_person', 'id'), %s)", [wanted])
    for statement in ADDRESSES:
        _timed(owner, "addresses", statement)
    _timed(owner, "consents", CONSENTS)
    _timed(owner, "activities", ACTIVITIES, numbers)


def _timed(owner: Connection[Any], name: str, statement: str, numbers: dict[str, int] | None = None) -> None:
    began = time.perf_counter()
    done = owner.execute(statement, numbers)
    note(f"{name}: {done.rowcount} rows in {time.perf_counter() - began:.1f} s")


def _names(owner: Connection[Any]) -> dict[str, int]:
    dice = random.Random(2026)  # noqa: S311 -- the same names each time
    lasts = sorted({_name(dice, 3) for _number in range(60_000)})
    firsts = sorted({_name(dice, 2) for _number in range(2_000)})
    dice.shuffle(lasts)
    dice.shuffle(firsts)
    _copy(owner, "last (n, name)", list(enumerate(lasts)))
    _copy(owner, "first (n, name, gender)", [(number, name, "fm"[number % 2]) for number, name in enumerate(firsts)])
    return {"firsts": len(firsts), "lasts": len(lasts)}


def _name(dice: random.Random, longest: int) -> str:
    return ("".join(dice.choices(SYLLABLES, k=dice.randint(1, longest))) + dice.choice(ENDINGS)).capitalize()


def _places(owner: Connection[Any]) -> None:
    communes = [one for one in all_communes() if one.postcodes and one.population]
    dice = random.Random(7)  # noqa: S311 -- the same places each time
    drawn = dice.choices(communes, weights=[one.population for one in communes], k=SLOTS)
    rows = [
        (n, one.code, one.departement, one.region, dice.choice(one.postcodes), one.name) for n, one in enumerate(drawn)
    ]
    _copy(owner, "slot (n, commune, departement, region, postcode, city)", rows)


def _copy(owner: Connection[Any], table: str, rows: list[Any]) -> None:
    with owner.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _without_indexes(owner: Connection[Any]) -> Iterator[None]:
    """Filling first and indexing then takes a third of the time. Keys go and come back by their own definitions."""
    keys = owner.execute(
        """SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
            WHERE contype IN ('f', 'u') AND conrelid = ANY(%s::regclass[])""",
        [TABLES],
    ).fetchall()
    for table, name, _definition in keys:
        _run(owner, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = owner.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE NOT indisprimary AND indrelid = ANY(%s::regclass[])""",
        [TABLES],
    ).fetchall()
    for name, _definition in indexes:
        _run(owner, f"DROP INDEX {name}")
    yield
    began = time.perf_counter()
    for _name, definition in indexes:
        _run(owner, definition)
    unique_first = sorted(keys, key=lambda key: key[2].startswith("FOREIGN"))
    for table, name, definition in unique_first:
        _run(owner, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    note(f"{len(indexes)} indexes and {len(keys)} keys in {time.perf_counter() - began:.1f} s")


def _run(owner: Connection[Any], statement: str) -> None:
    owner.execute(statement)
