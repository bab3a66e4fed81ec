"""What a file said of agreements and refusals, taken back with it: the ledger only grows, so that each is a line of its own.

A refusal of the file was its word, not hers, unless it tells the day on which she refused. It stands too where somebody has
said the same since: she herself, or another file, whose repetition adds no line; and of whoever came by the file and stays.
"""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from crm.imports.enums import CONSENT_TARGETS, ImportState, Target
from crm.imports.mapping import columns_of
from crm.imports.models import Import

REFUSALS = (*CONSENT_TARGETS, Target.DO_NOT_CALL, Target.DO_NOT_CONTACT, Target.UNSUBSCRIBED_AT, Target.DECEASED)
# Whoever was merged into somebody has had her answers repeated there: these are the file's too.
_OURS = """
  FROM consent_consentstate s JOIN consent_consententry e ON (e.person_id, e.id) = (s.person_id, s.entry_id)
  WHERE s.person_id = ANY(%(ids)s::bigint[]) AND (
    (e.source_kind = 'import' AND e.source_reference = %(reference)s) OR (e.source_kind = 'merge' AND EXISTS (
      SELECT FROM people_person m JOIN consent_consententry r ON r.person_id = m.id
      WHERE m.merged_into_id = s.person_id AND (r.purpose, r.channel, r.granted) = (s.purpose, s.channel, s.granted)
        AND r.source_kind = 'import' AND r.source_reference = %(reference)s AND r.basis = s.basis AND r.wording_id = e.wording_id)))"""
REFUSED = f"SELECT count(DISTINCT s.person_id), array_agg(DISTINCT s.person_id) {_OURS} AND NOT s.granted"
REPEATED = """
SELECT coalesce(array_agg(DISTINCT known.id), '{}') FROM imports_importbatch b CROSS JOIN LATERAL unnest(b.known_ids) known (id)
WHERE b.import_run_id = ANY(%(later)s::bigint[]) AND known.id = ANY(%(refused)s::bigint[])"""
WITHDRAW = f"""
WITH ours AS (
  SELECT s.person_id, s.purpose, s.channel, s.basis {_OURS}
    AND (s.granted OR (e.given_on IS NULL AND s.person_id <> ALL(%(repeated)s::bigint[])))
), told AS (
  INSERT INTO consent_consententry (person_id, purpose, channel, granted, basis, wording_id, at, source_kind, source_reference, actor_id)
  SELECT person_id, purpose, channel, false, basis, encode(sha256(''), 'hex'), %(now)s::timestamptz, 'import', %(reference)s || ':undo', %(actor)s::bigint
  FROM ours
)
DELETE FROM consent_consentstate s USING ours WHERE (s.person_id, s.purpose, s.channel) = (ours.person_id, ours.purpose, ours.channel)"""
# What she had agreed to before stands again: her own words, of her own day.
STANDS_AGAIN = """
WITH undone AS (
  SELECT DISTINCT u.person_id, u.purpose, u.channel FROM consent_consententry u
  WHERE u.person_id = ANY(%(ids)s::bigint[]) AND u.source_reference = %(reference)s || ':undo' AND NOT EXISTS (
    SELECT FROM consent_consentstate s WHERE s.person_id = u.person_id AND s.purpose = u.purpose AND s.channel = u.channel)
), before AS (
  SELECT DISTINCT ON (e.person_id, e.purpose, e.channel) e.* FROM consent_consententry e JOIN undone USING (person_id, purpose, channel)
  WHERE e.source_reference NOT IN (%(reference)s, %(reference)s || ':undo') AND (e.source_kind <> 'merge' OR NOT e.granted) ORDER BY e.person_id, e.purpose, e.channel, e.id DESC
), told AS (
  INSERT INTO consent_consententry (person_id, purpose, channel, granted, basis, wording_id, given_on, at, source_kind, source_reference, actor_id)
  SELECT person_id, purpose, channel, granted, basis, wording_id, given_on, at, source_kind, source_reference, actor_id FROM before WHERE granted
  RETURNING id, person_id, purpose, channel, basis, at
)
INSERT INTO consent_consentstate (person_id, purpose, channel, granted, basis, entry_id, at)
SELECT person_id, purpose, channel, true, basis, id, at FROM told"""


def take_back_consents(cursor: Any, run: Import, parameters: Mapping[str, Any], *, refusals_stay: bool = False) -> int:
    """Returns how many people keep a refusal of this import. `parameters`: reference, ids, actor, now."""
    cursor.execute(REFUSED, parameters)
    count, refused = cursor.fetchone()
    repeated: list[int] = refused if count and refusals_stay else []
    if count and not refusals_stay and (later := _later_imports(run)):
        cursor.execute(REPEATED, {"later": later, "refused": refused})
        (repeated,) = cursor.fetchone()
    cursor.execute(WITHDRAW, {**parameters, "repeated": repeated})
    cursor.execute(STANDS_AGAIN, parameters)
    if count:
        cursor.execute(REFUSED, parameters)
        count, _refused = cursor.fetchone()
    return int(count)


def _later_imports(run: Import) -> list[int]:
    """Those that may have refused the same again."""
    after = Q(started_at__gt=run.started_at) | Q(started_at=run.started_at, pk__gt=run.pk)
    others = Import.objects.filter(after).exclude(state=ImportState.UNDONE)
    return [one.pk for one in others if any(columns_of(one.mapping, target) for target in REFUSALS)]
