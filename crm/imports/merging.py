"""Rows about people who are known already: what they add or change, in a fixed number of statements whatever their number."""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.timezone import get_current_timezone_name

from crm.consent.bulk import record_consents_from_table
from crm.consent.entries import Source
from crm.consent.enums import Basis, Channel, Purpose
from crm.imports.customs import FIELD
from crm.imports.matching import SPLIT
from crm.imports.staging import TABLE
from crm.people.bulk import FRENCH, FRENCH_MOBILE
from crm.people.refreshing import refresh_people_from_table

SOURCED = "source_kind, source_reference, actor_id"
SOURCE = "'import', %(reference)s, %(actor)s::bigint"
MOBILE = f"u.number ~ '{FRENCH_MOBILE}' OR u.number !~ '{FRENCH}'"
TOUCHED = "import_touched"
CHANGED = "import_changed"
CONSENTS = "import_consents"
CHANNELS = {"email_ok": Channel.EMAIL, "sms_ok": Channel.SMS, "call_ok": Channel.PHONE, "post_ok": Channel.POST}


@dataclass(frozen=True, slots=True)
class MergeRules:
    """What the campaign decided for the whole file."""

    import_id: int
    actor_id: int | None
    sets_relationship: bool  # may a column of the file say how close somebody is?
    columns: Mapping[str, str]  # rules by part of a person: see crm.imports.rules
    own_tags: tuple[int, ...]  # of the import itself, whatever becomes of the file's
    relationship: str
    channels: tuple[str, ...]  # for which the source can give an agreement
    wordings: Mapping[str, str]  # by channel: what people agreed to
    agreed_on: date | None  # about; where it is not told, an agreement is as old as the membership
    now: datetime

    @property
    def source(self) -> Source:
        return Source(kind="import", reference=f"import:{self.import_id}", actor_id=self.actor_id)

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "import": self.import_id,
            "reference": self.source.reference,
            "actor": self.actor_id,
            **{part: rule for part, rule in self.columns.items() if not part.startswith(FIELD)},
            **{f"custom_not_{rule}": self._fields_but(rule) for rule in ("fill", "add", "replace")},
            "own_tags": list(self.own_tags),
            "sets": self.sets_relationship and self.columns["closeness"] == "replace",
            "relationship": self.relationship or "regular",
            "now": self.now,
            "zone": get_current_timezone_name(),
        }

    def _fields_but(self, rule: str) -> list[str]:
        """Keys of custom fields that follow another rule."""
        return [
            part.removeprefix(FIELD) for part, own in self.columns.items() if part.startswith(FIELD) and own != rule
        ]


def merge_known(cursor: Any, rules: MergeRules) -> None:
    """Everything but counting, for the rows in the staged table."""
    parameters = rules.parameters
    cursor.execute(f"CREATE TEMP TABLE {TOUCHED} (person_id bigint, kind text, id bigint) ON COMMIT DROP")
    moved = []
    for kind, statements in {"emails": (ADD_EMAILS, FLAG_EMAILS), "phones": (ADD_PHONES, FLAG_PHONES)}.items():
        changed = 0
        for statement in statements:
            cursor.execute(statement, parameters)
            changed += cursor.rowcount
        if changed or rules.columns[kind] == "replace":
            _put_first(cursor, kind, rules)
            moved.append(kind)
    cursor.execute(ADD_NOTES, parameters)
    _write_consents(cursor, rules)
    for statement in (FIND_CHANGES, CHANGE_PEOPLE, CHANGE_ADDRESSES, TELL_CHANGES, REMEMBER_TOUCHED):
        cursor.execute(statement, parameters)
    cursor.execute(f"ANALYZE {TOUCHED}")
    cursor.execute(KEEP_UPDATES, parameters)
    if cursor.rowcount:
        for kind in moved:
            cursor.execute(KEEP_FIRST.format(values=kind), parameters)
        refresh_people_from_table(cursor, TOUCHED)
        cursor.execute(ADD_ACTIVITIES, parameters)
        cursor.execute(TOUCH, parameters)


def lock_known(cursor: Any) -> int:
    """Nobody else changes them until the commit; returns how many are still there."""
    cursor.execute(LOCK)
    return int(cursor.fetchone()[0])


# An array, and the conditions outside: the planner would take them for rare otherwise, and read everybody for each row.
LOCK = f"""
SELECT count(*) FROM (
  SELECT erased_at, merged_into_id FROM people_person
  WHERE id = ANY(ARRAY(SELECT person_id FROM {TABLE})) ORDER BY id FOR NO KEY UPDATE
) locked WHERE erased_at IS NULL AND merged_into_id IS NULL"""

# --- addresses ------------------------------------------------------------------------------------------------------
ADD_EMAILS = f"""
WITH added AS (
  INSERT INTO people_emailaddress (person_id, address, is_primary, status, {SOURCED}, created_at)
  SELECT r.person_id, u.address,
    u.n = 1 AND (SELECT x.id FROM people_emailaddress x WHERE x.person_id = r.person_id AND x.is_primary) IS NULL,
    CASE WHEN u.address = ANY({SPLIT.format("r.bad_emails")}) THEN 'bad' ELSE 'unknown' END, {SOURCE}, %(now)s::timestamptz
  FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.emails")}) WITH ORDINALITY AS u (address, n)
  WHERE r.emails IS NOT NULL AND %(emails)s <> 'keep'
    AND (%(emails)s <> 'fill' OR NOT EXISTS (SELECT FROM people_emailaddress x WHERE x.person_id = r.person_id))
  ORDER BY r.line, u.n
  ON CONFLICT DO NOTHING RETURNING id, person_id
)
INSERT INTO {TOUCHED} SELECT a.person_id, 'email', a.id FROM added a"""
FLAG_EMAILS = f"""
WITH flagged AS (
  UPDATE people_emailaddress e SET status = 'bad', status_reason = %(reference)s, status_at = %(now)s::timestamptz
  FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.bad_emails")}) AS u (address)
  WHERE r.bad_emails IS NOT NULL AND e.person_id = r.person_id AND extensions.fold(e.address) = extensions.fold(u.address)
    AND e.status = 'unknown'
  RETURNING e.person_id
)
INSERT INTO {TOUCHED} SELECT f.person_id, 'flag', NULL FROM flagged f"""
ADD_PHONES = f"""
WITH added AS (
  INSERT INTO people_phonenumber (person_id, number, is_mobile, is_primary, status, {SOURCED}, created_at)
  SELECT r.person_id, u.number, {MOBILE},
    u.n = 1 AND (SELECT x.id FROM people_phonenumber x WHERE x.person_id = r.person_id AND x.is_primary) IS NULL,
    CASE WHEN r.phone_bad AND ({MOBILE}) THEN 'bad' ELSE 'unknown' END, {SOURCE}, %(now)s::timestamptz
  FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.phones")}) WITH ORDINALITY AS u (number, n)
  WHERE r.phones IS NOT NULL AND %(phones)s <> 'keep'
    AND (%(phones)s <> 'fill' OR NOT EXISTS (SELECT FROM people_phonenumber x WHERE x.person_id = r.person_id))
  ORDER BY r.line, u.n
  ON CONFLICT DO NOTHING RETURNING id, person_id
)
INSERT INTO {TOUCHED} SELECT a.person_id, 'phone', a.id FROM added a"""
# The word of such a column is about mobiles, as when they are new.
FLAG_PHONES = f"""
WITH flagged AS (
  UPDATE people_phonenumber n SET status = 'bad', status_reason = %(reference)s, status_at = %(now)s::timestamptz
  FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.phones")}) AS u (number)
  WHERE r.phone_bad AND n.person_id = r.person_id AND n.number = u.number AND n.is_mobile AND n.status = 'unknown'
  RETURNING n.person_id
)
INSERT INTO {TOUCHED} SELECT f.person_id, 'flag_phone', NULL FROM flagged f"""
_PLACE = ("street", "postcode", "city", "commune_code", "departement_code", "region_code")
_HAS_PLACE = "(r.street IS NOT NULL OR r.postcode IS NOT NULL OR r.city IS NOT NULL)"
ADD_NOTES = f"""
WITH added AS (
  INSERT INTO people_note (person_id, text, {SOURCED}, created_at)
  SELECT r.person_id, r.note, {SOURCE}, %(now)s::timestamptz FROM {TABLE} r
  WHERE r.note IS NOT NULL AND %(notes)s <> 'keep'
    AND (%(notes)s <> 'fill' OR NOT EXISTS (SELECT FROM people_note n WHERE n.person_id = r.person_id))
    AND NOT EXISTS (SELECT FROM people_note n WHERE n.person_id = r.person_id AND position(r.note IN n.text) > 0)
  RETURNING id, person_id
)
INSERT INTO {TOUCHED} SELECT a.person_id, 'note', a.id FROM added a"""


# Who comes first. Where the file's word replaces what is there: its first one, if that works.
_FILES_FIRST = f"""
SELECT r.person_id, a.id, 1 AS n FROM {TABLE} r JOIN {{table}} a ON a.person_id = r.person_id AND a.{{column}} = ({SPLIT.format("r.{values}")})[1]
WHERE a.status <> 'bad' UNION ALL"""
# Else, of those who were given one or had one flagged, and whose first one does not work: the oldest that does.
_PUT_FIRST = f"""
CREATE TEMP TABLE first_{{values}} ON COMMIT DROP AS
SELECT * FROM (
  SELECT w.person_id, w.id, (SELECT x.id FROM {{table}} x WHERE x.person_id = w.person_id AND x.is_primary) AS before FROM (
    SELECT DISTINCT ON (person_id) person_id, id FROM ({{files_first}}
      SELECT t.person_id, o.id, 2 AS n FROM (SELECT DISTINCT person_id FROM {TOUCHED} WHERE kind = ANY(%(kinds)s::text[])) t
      CROSS JOIN LATERAL (SELECT a.id FROM {{table}} a WHERE a.person_id = t.person_id AND a.status <> 'bad' ORDER BY a.id LIMIT 1) o
      WHERE coalesce((SELECT x.status FROM {{table}} x WHERE x.person_id = t.person_id AND x.is_primary), 'bad') = 'bad'
    ) wanted ORDER BY person_id, n
  ) w
) f WHERE before IS DISTINCT FROM id"""
_FIRST = {
    "emails": ("people_emailaddress", "address", ["email", "flag"]),
    "phones": ("people_phonenumber", "number", ["phone", "flag_phone"]),
}


def _put_first(cursor: Any, values: str, rules: MergeRules) -> None:
    """The e-mail or phone to use. The one that was it stays, behind."""
    table, column, kinds = _FIRST[values]
    names = {"table": table, "column": column, "values": values}
    files_first = _FILES_FIRST.format(**names) if rules.columns[values] == "replace" else ""
    cursor.execute(_PUT_FIRST.format(**names, files_first=files_first), {"kinds": kinds})
    cursor.execute(
        f"UPDATE {table} a SET is_primary = false FROM first_{values} f WHERE a.person_id = f.person_id AND a.is_primary"
    )
    cursor.execute(
        f"UPDATE {table} a SET is_primary = true FROM first_{values} f WHERE a.person_id = f.person_id AND a.id = f.id"
    )
    cursor.execute(f"INSERT INTO {TOUCHED} SELECT person_id, 'first', NULL FROM first_{values}")


# Which address was the first one before, for the undoing.
KEEP_FIRST = """
UPDATE imports_updatedperson u SET removed = jsonb_set(
  u.removed, '{{first}}', coalesce(u.removed -> 'first', '{{}}') || jsonb_build_object('{values}', jsonb_build_array(f.before, f.id))
)
FROM first_{values} f WHERE u.import_run_id = %(import)s AND u.person_id = f.person_id AND f.before IS NOT NULL"""


# --- consents -------------------------------------------------------------------------------------------------------
def _write_consents(cursor: Any, rules: MergeRules) -> None:
    """What each row says, or the campaign of everyone; a source that cannot agree grants nothing."""
    answers = []
    for column, channel in CHANNELS.items():
        allowed = "IS NOT NULL" if channel in rules.channels else "IS FALSE"
        refused_on = "r.unsubscribed_on" if channel == Channel.EMAIL else "NULL::date"
        answers.append(
            f"""SELECT r.person_id, '{channel.value}' AS channel, r.{column} AS granted, %({column})s::text AS wording, r.joined_on,
            {refused_on} AS refused_on FROM {TABLE} r WHERE r.{column} {allowed}"""
        )
    cursor.execute(
        f"""CREATE TEMP TABLE {CONSENTS} ON COMMIT DROP AS
        SELECT person_id, '{Purpose.NEWS.value}' AS purpose, channel, granted, '{Basis.IMPORT_DECLARED.value}' AS basis,
          CASE WHEN granted THEN wording ELSE '' END AS wording,
          CASE WHEN granted THEN coalesce(%(agreed_on)s::date, joined_on) ELSE refused_on END AS given_on
        FROM ({" UNION ALL ".join(answers)}) said""",
        {
            "agreed_on": rules.agreed_on,
            **{column: rules.wordings.get(channel, "") for column, channel in CHANNELS.items()},
        },
    )
    cursor.execute(f"ANALYZE {CONSENTS}")
    record_consents_from_table(cursor, CONSENTS, rules.source, rules.now)
    cursor.execute(
        f"""INSERT INTO {TOUCHED} SELECT DISTINCT c.person_id, 'consent', NULL::bigint FROM consent_consententry c
        JOIN {TABLE} r ON r.person_id = c.person_id
        WHERE c.source_reference = %(reference)s AND c.at = %(now)s""",
        rules.parameters,
    )


# --- people who were there before -----------------------------------------------------------------------------------
_TEXTS = ("first_name", "last_name", "birth_name", "gender", "occupation", "language", "external_id")
_PLAIN = ("birth_date", "support_level")


def _new_value(name: str, empty: str) -> str:
    return f"""CASE %({name})s WHEN 'keep' THEN p.{name} WHEN 'replace' THEN coalesce(r.{name}, p.{name})
      ELSE coalesce({empty}, r.{name}, p.{name}) END"""


# An address is one thing: the town of one and the street of another make one that does not exist. Both agree where neither
# contradicts the other and they have something in common, if it is only that one of them names no place at all.
_SAME_TOWN = " = ".join(
    f"regexp_replace(extensions.fold({town}), '[^[:alnum:]]+', '', 'g')" for town in ("r.city", "p.city")
)
_PLACE_AGREES = f"""CASE WHEN (p.postcode = '' AND p.city = '') OR (r.postcode IS NULL AND r.city IS NULL) THEN true
    WHEN p.postcode <> '' AND r.postcode <> p.postcode THEN false
    WHEN p.city = '' OR r.city IS NULL THEN r.postcode = p.postcode
    WHEN r.city = p.city OR (p.commune_code <> '' AND r.commune_code = p.commune_code) THEN true
    ELSE {_SAME_TOWN} END IS TRUE"""
# What becomes of it: nothing (null), filled in or completed, put beside what it agrees with, or another one in its place.
PLACES = f"""
SELECT CASE WHEN NOT {_HAS_PLACE} OR %(place)s = 'keep' THEN NULL
    WHEN %(place)s = 'replace' THEN CASE WHEN {_PLACE_AGREES} THEN 'changed' ELSE 'moved' END
    WHEN p.street = '' AND {_PLACE_AGREES} THEN 'filled' END AS fate OFFSET 0"""


def _new_place(name: str) -> str:
    """Of one that moved, what the file does not say is not known any more. What is filled in stands behind what is there."""
    return f"""CASE place.fate WHEN 'moved' THEN coalesce(r.{name}, '') WHEN 'changed' THEN coalesce(r.{name}, p.{name})
      WHEN 'filled' THEN coalesce(nullif(p.{name}, ''), r.{name}, '') ELSE p.{name} END"""


# Fields of which the file says nothing stay as they are; what is filled in stands behind what is there, what replaces it before.
_ADDED = """(
  SELECT coalesce(jsonb_object_agg(a.key, CASE WHEN p.custom -> a.key @> a.value THEN p.custom -> a.key ELSE (
    SELECT jsonb_agg(DISTINCT x) FROM jsonb_array_elements(coalesce(p.custom -> a.key, '[]') || a.value) x
  ) END), '{}') FROM jsonb_each(r.custom::jsonb - %(custom_not_add)s::text[]) a
)"""
_CUSTOM = f"""(r.custom::jsonb - %(custom_not_fill)s::text[]) || p.custom || (r.custom::jsonb - %(custom_not_replace)s::text[]) || {_ADDED}"""
# The tags of the import itself are put whatever becomes of the file's.
# «Replace» takes away what files brought. What the team or a form put on somebody is not the file's to take, and a row without tags says nothing.
_THEIRS = "SELECT unnest(c.added) FROM people_tagchange c WHERE c.person_id = p.id AND c.source_kind <> 'import'"
_REPLACED = f"""ARRAY(SELECT t.id FROM unnest(p.tag_ids) WITH ORDINALITY AS t (id, n) WHERE t.id = ANY(r.tag_ids) OR t.id IN ({_THEIRS}) ORDER BY t.n)
  || ARRAY(SELECT unnest(r.tag_ids) EXCEPT SELECT unnest(p.tag_ids))"""
_TAGS = """CASE WHEN %(tags)s = 'keep' OR (%(tags)s = 'fill' AND p.tag_ids <> '{}')
  THEN ARRAY(SELECT unnest(r.tag_ids) INTERSECT SELECT unnest(%(own_tags)s::integer[])) ELSE r.tag_ids END"""
_NEW = {
    **{name: _new_value(name, f"nullif(p.{name}, '')") for name in _TEXTS if name != "external_id"},
    # Its number stays hers: a second number of the former tool would be taken from somebody else.
    "external_id": "coalesce(nullif(p.external_id, ''), CASE WHEN EXISTS (SELECT FROM people_person o WHERE o.external_id = r.external_id) THEN '' ELSE r.external_id END, '')",
    **{name: _new_value(name, f"p.{name}") for name in _PLAIN},
    # Never empty, so a file changes it only where its word replaces what is there.
    "relationship": "CASE WHEN %(sets)s THEN coalesce(r.relationship, p.relationship) ELSE p.relationship END",
    **{name: _new_place(name) for name in _PLACE},
    # Never empty where it is known: where no place is known it says nothing yet, and where the file names none it is France, as
    # for whoever is new. One that nobody could read (an empty text) takes none away, unless she moved.
    "country": """CASE WHEN place.fate = 'moved' THEN coalesce(r.country, 'FR')
      WHEN place.fate = 'changed' OR (place.fate = 'filled' AND p.postcode = '' AND p.city = '') THEN coalesce(nullif(r.country, ''), p.country) ELSE p.country END""",
    # The day she joined is the earliest that anybody tells; its hour is not known.
    "created_at": "CASE WHEN r.joined_on < (p.created_at AT TIME ZONE %(zone)s)::date THEN r.joined_on::timestamp AT TIME ZONE %(zone)s ELSE p.created_at END",
    "custom": f"CASE WHEN r.custom IS NULL THEN p.custom ELSE {_CUSTOM} END",
    "tag_ids": f"CASE WHEN %(tags)s = 'replace' AND NOT r.tag_ids <@ %(own_tags)s::integer[] THEN {_REPLACED} WHEN r.tag_ids IS NULL OR {_TAGS} <@ p.tag_ids THEN p.tag_ids ELSE p.tag_ids || ARRAY(SELECT unnest({_TAGS}) EXCEPT SELECT unnest(p.tag_ids)) END",
}  # fmt: skip
_OLD = ", ".join(f"p.{name}" for name in _NEW)
FIND_CHANGES = f"""
CREATE TEMP TABLE {CHANGED} ON COMMIT DROP AS
SELECT * FROM (
  SELECT p.id AS person_id, r.line, p.tag_ids AS old_tags, jsonb_build_object({", ".join(f"'{name}', p.{name}" for name in _NEW)}) AS old,
    {", ".join(f"{value} AS {name}" for name, value in _NEW.items())},
    ({_OLD}) IS DISTINCT FROM ({", ".join(_NEW.values())}) AS differs
  FROM {TABLE} r JOIN people_person p ON p.id = r.person_id CROSS JOIN LATERAL ({PLACES}) place
) compared WHERE differs"""
CHANGE_PEOPLE = f"UPDATE people_person p SET {', '.join(f'{name} = c.{name}' for name in _NEW)} FROM {CHANGED} c WHERE p.id = c.person_id"
CHANGE_ADDRESSES = f"""
MERGE INTO people_postaladdress a USING {CHANGED} c ON a.person_id = c.person_id AND a.is_primary
WHEN MATCHED AND ({", ".join(f"a.{name}" for name in _PLACE)}, a.country) IS DISTINCT FROM ({", ".join(f"c.{name}" for name in _PLACE)}, c.country)
  THEN UPDATE SET {", ".join(f"{name} = c.{name}" for name in _PLACE)}, country = c.country
WHEN NOT MATCHED AND (c.street <> '' OR c.postcode <> '' OR c.city <> '')
  THEN INSERT (person_id, {", ".join(_PLACE)}, country, is_primary, {SOURCED}, created_at)
  VALUES (c.person_id, {", ".join(f"c.{name}" for name in _PLACE)}, c.country, true, {SOURCE}, %(now)s::timestamptz)"""
DIFFERENCE = f"""(
  SELECT jsonb_object_agg(d.key, jsonb_build_array(d.old, d.new)) FROM (
    SELECT o.key, o.value AS old, n.value AS new
    FROM jsonb_each(c.old) o
    JOIN jsonb_each(jsonb_build_object({", ".join(f"'{name}', c.{name}" for name in _NEW if name != "custom")})) n ON n.key = o.key AND n.value <> o.value
    UNION ALL
    SELECT 'custom.' || n.key, c.old -> 'custom' -> n.key, n.value
    FROM jsonb_each(c.custom) n WHERE c.old -> 'custom' -> n.key IS DISTINCT FROM n.value
  ) d
)"""
TELL_CHANGES = f"""
WITH told AS (
  INSERT INTO people_personchange (person_id, changes, {SOURCED}, at)
  SELECT c.person_id, d.difference - 'tag_ids', {SOURCE}, %(now)s::timestamptz
  FROM {CHANGED} c CROSS JOIN LATERAL (SELECT {DIFFERENCE} AS difference) d
  WHERE d.difference - 'tag_ids' <> '{{}}'::jsonb
)
INSERT INTO people_tagchange (person_id, added, removed, at, {SOURCED})
SELECT person_id, added, removed, %(now)s::timestamptz, {SOURCE} FROM (
  SELECT c.person_id, ARRAY(SELECT unnest(c.tag_ids) EXCEPT SELECT unnest(c.old_tags)) AS added,
    ARRAY(SELECT unnest(c.old_tags) EXCEPT SELECT unnest(c.tag_ids)) AS removed FROM {CHANGED} c
) tagged WHERE added <> '{{}}' OR removed <> '{{}}'"""
REMEMBER_TOUCHED = f"INSERT INTO {TOUCHED} SELECT person_id, 'field', NULL::bigint FROM {CHANGED}"

_IDS = "coalesce((SELECT array_agg(t.id ORDER BY t.id) FROM {0} t WHERE t.person_id = k.person_id AND t.kind = '{1}'), '{{}}')"
KEEP_UPDATES = f"""
INSERT INTO imports_updatedperson AS u (import_run_id, person_id, changes, emails, phones, notes, tags, removed)
SELECT %(import)s, k.person_id, coalesce({DIFFERENCE} - 'tag_ids', '{{}}'), {_IDS.format(TOUCHED, "email")}, {_IDS.format(TOUCHED, "phone")},
  {_IDS.format(TOUCHED, "note")}, ARRAY(SELECT unnest(c.tag_ids) EXCEPT SELECT unnest(c.old_tags)),
  CASE WHEN c.old_tags <@ c.tag_ids IS NOT FALSE THEN '{{}}' ELSE jsonb_build_object('tags', ARRAY(SELECT unnest(c.old_tags) EXCEPT SELECT unnest(c.tag_ids))) END
FROM (SELECT DISTINCT person_id FROM {TOUCHED}) k LEFT JOIN {CHANGED} c ON c.person_id = k.person_id
ON CONFLICT (import_run_id, person_id) DO UPDATE SET
  -- The first value before and the last one after, should two chunks be about her after all.
  changes = excluded.changes || u.changes, emails = u.emails || excluded.emails, phones = u.phones || excluded.phones,
  notes = u.notes || excluded.notes, tags = u.tags || excluded.tags, removed = u.removed || excluded.removed"""
ADD_ACTIVITIES = f"""
INSERT INTO people_activity (person_id, kind, at, payload, key, {SOURCED})
SELECT person_id, 'imported', %(now)s::timestamptz, jsonb_build_object('import_id', %(import)s::bigint), %(reference)s || ':' || person_id, {SOURCE}
FROM (SELECT DISTINCT person_id FROM {TOUCHED}) people
ON CONFLICT DO NOTHING"""
# Her last sign of life stays what it was: that she is in a file says nothing of what she does.
TOUCH = f"UPDATE people_person SET updated_at = %(now)s WHERE id IN (SELECT person_id FROM {TOUCHED})"
