"""Taking an import back, batch by batch: whom it brought leaves, what it changed returns, unless life went on meanwhile."""

# ruff: noqa: S608 -- statements are made of our own constants only

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from crm.consent.entries import Source
from crm.imports.brought import give_organisations_back
from crm.imports.claims import claim_columns
from crm.imports.enums import ImportState, Target
from crm.imports.forgetting import delete_kept_file
from crm.imports.mapping import columns_of
from crm.imports.models import Import, ImportBatch, UpdatedPerson
from crm.imports.restoring import give_back
from crm.imports.retracting import take_back_consents
from crm.imports.running import WATCH
from crm.people.following import followers
from crm.people.models import Person
from crm.people.refreshing import refresh_people
from crm.relations.bringing import forget_organisations
from crm.relations.bulk import tie_again, untie_people
from tenants.alarms import cancel_alarm
from tenants.entitlements import announce_contacts_changed

# Anything that came after, from elsewhere: an act, a change by hand, a note, a word on what may be sent, another row that is hers.
# What an import left that is undone itself is none, but for a refusal that stands: such a one is hers.
LIVED_ON = """
SELECT p.id FROM people_person p WHERE p.id = ANY(%(ids)s::bigint[]) AND (
  p.merged_into_id IS NOT NULL OR EXISTS (SELECT FROM people_activity a WHERE a.person_id = p.id AND a.source_reference <> ALL(%(ours)s::text[]))
  OR EXISTS (SELECT FROM people_personchange c WHERE c.person_id = p.id AND c.source_reference <> ALL(%(ours)s::text[]))
  OR EXISTS (SELECT FROM people_note n WHERE n.person_id = p.id AND n.source_reference <> ALL(%(ours)s::text[]))
  OR EXISTS (SELECT FROM people_tagchange t WHERE t.person_id = p.id AND t.source_reference <> ALL(%(ours)s::text[]))
  OR EXISTS (SELECT FROM consent_consententry e WHERE e.person_id = p.id AND e.source_reference <> ALL(%(ours)s::text[]))
  OR EXISTS (
    SELECT FROM consent_consentstate s JOIN consent_consententry e ON (e.person_id, e.id) = (s.person_id, s.entry_id)
    WHERE s.person_id = p.id AND NOT s.granted AND e.source_reference <> %(reference)s)
  OR EXISTS (SELECT FROM people_emailaddress m WHERE m.person_id = p.id AND m.source_reference <> ALL(%(ours)s::text[]))
  OR EXISTS (SELECT FROM people_phonenumber m WHERE m.person_id = p.id AND m.source_reference <> ALL(%(ours)s::text[]))
  OR EXISTS (SELECT FROM people_postaladdress m WHERE m.person_id = p.id AND m.source_reference <> ALL(%(ours)s::text[])){others}
)"""
# Asked above by their source, or no life of hers: a list that somebody froze has her without knowing her.
ASKED = ("people_", "imports_", "segments_")
# Of these the import may have written some itself. A function that was noted since makes an affiliation the team's own.
OWN = {
    "relations_affiliation": " AND (o.source_reference <> ALL(%(ours)s::text[]) OR o.title <> '')",
    "relations_relation": " AND o.source_reference <> ALL(%(ours)s::text[])",
}
# Tags that the file took the place of come back, where the campaign still has them.
UNTAG = """
WITH told AS (
  SELECT u.person_id, u.tags AS added, ARRAY(
    SELECT t.id FROM people_tag t WHERE t.id IN (SELECT x::integer FROM jsonb_array_elements_text(coalesce(u.removed -> 'tags', '[]')) x)
  ) AS removed
  FROM imports_updatedperson u WHERE u.import_run_id = %(import)s AND u.person_id = ANY(%(ids)s::bigint[])
), meant AS (
  SELECT t.person_id, ARRAY(SELECT unnest(t.added) INTERSECT SELECT unnest(p.tag_ids)) AS away, ARRAY(SELECT unnest(t.removed) EXCEPT SELECT unnest(p.tag_ids)) AS again
  FROM told t JOIN people_person p ON p.id = t.person_id
), taken AS (
  UPDATE people_person p SET tag_ids = ARRAY(SELECT unnest(p.tag_ids) EXCEPT SELECT unnest(m.away) UNION SELECT unnest(m.again) ORDER BY 1)
  FROM meant m WHERE p.id = m.person_id AND (m.away <> '{}' OR m.again <> '{}')
  RETURNING p.id, m.away, m.again
)
INSERT INTO people_tagchange (person_id, added, removed, at, source_kind, source_reference, actor_id)
SELECT id, again, away, %(now)s::timestamptz, 'import', %(reference)s || ':undo', %(actor)s::bigint FROM taken"""

ADDED = {"people_emailaddress": "emails", "people_phonenumber": "phones", "people_note": "notes"}
# Of somebody who was merged since they hang on the one who was kept.
TAKE_AWAY = """
DELETE FROM {table} a USING (
  SELECT DISTINCT owner.id AS person_id, added.id
  FROM imports_updatedperson u JOIN people_person p ON p.id = u.person_id
  CROSS JOIN LATERAL (VALUES (p.id), (p.merged_into_id)) owner (id) CROSS JOIN LATERAL unnest(u.{column}) added (id)
  WHERE u.import_run_id = %(import)s AND u.person_id = ANY(%(ids)s::bigint[])
) gone
WHERE (a.person_id, a.id) = (gone.person_id, gone.id) AND a.source_reference = %(reference)s"""


def undo_import(*, import_id: int, clock: Callable[[], datetime]) -> None:
    """Latest batch first. Killed in between, it goes on where it was: a batch that is undone is gone."""
    while _undo_next(import_id, clock()):
        pass


@transaction.atomic
def _undo_next(import_id: int, now: datetime) -> bool:
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state != ImportState.UNDOING:
        return False
    batch = ImportBatch.objects.filter(import_run=run).defer("fingerprints").order_by("-number").first()
    if batch is None:
        _close(run, now)
        return False
    counts = Counter(run.undo_counts)
    parameters = {
        "import": run.pk,
        "reference": f"import:{run.pk}",
        "ours": _ours(run),
        "actor": run.created_by_id,
        "now": now,
    }
    counts.update(_undo_known(run, batch.known_ids, parameters))
    counts.update(_undo_created(run, batch.created_ids, parameters))
    counts["done"] += batch.rows
    run.undo_counts, run.beat_at = dict(counts), now
    run.save(update_fields=["undo_counts", "beat_at"])
    batch.delete()
    return True


def _ours(run: Import) -> list[str]:
    """References of what came with this import, or with one that is undone already."""
    undone = Import.objects.filter(state=ImportState.UNDONE).values_list("pk", flat=True)
    return [f"import:{number}{act}" for number in (run.pk, *undone) for act in ("", ":undo")]


def source_of(run: Import) -> Source:
    return Source("import", f"import:{run.pk}", run.created_by_id)


def _close(run: Import, now: datetime) -> None:
    delete_kept_file(run)  # one that was stopped has it still, and will not go on
    if claim_columns(run.mapping) or columns_of(run.mapping, Target.ORGANISATION):
        with connection.cursor() as cursor:
            restored, kept = give_organisations_back(cursor, {"import": run.pk, "now": now})
            run.undo_counts["organisations_restored"] = restored
            run.undo_counts["fields_kept"] = run.undo_counts.get("fields_kept", 0) + kept
            run.undo_counts["organisations"] = forget_organisations(cursor, source_of(run))
    UpdatedPerson.objects.filter(import_run=run).delete()
    run.state, run.finished_at, run.settled_at = ImportState.UNDONE, run.finished_at or now, run.settled_at or now
    run.save(update_fields=["state", "finished_at", "settled_at", "undo_counts"])
    cancel_alarm(WATCH, key=str(run.pk))
    announce_contacts_changed()


# --- whom it brought ------------------------------------------------------------------------------------------------
def _undo_created(run: Import, ids: list[int], parameters: dict[str, Any]) -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute(LIVED_ON.format(others=_others()), {**parameters, "ids": ids})
        kept = {person_id for (person_id,) in cursor.fetchall()}
    leaving = Person.objects.filter(pk__in=[person_id for person_id in ids if person_id not in kept])
    _part_from(run, leaving, parameters["reference"])
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM consent_consentstate WHERE person_id = ANY(%s::bigint[])",
            [list(leaving.values_list("pk", flat=True))],
        )
    _total, by_model = leaving.delete()
    return Counter(
        removed=by_model.get("people.Person", 0), kept=len(kept), **_let_agreements_go(run, kept, parameters)
    )


def _let_agreements_go(run: Import, kept: set[int], parameters: dict[str, Any]) -> dict[str, int]:
    """Whoever stays, or has become one with somebody, stays as she is; but what a file declared of her is no proof any more."""
    if not kept:
        return {}
    merged = Person.objects.filter(pk__in=kept, merged_into__isnull=False)
    ids = sorted(kept.union(merged.values_list("merged_into_id", flat=True)))
    with connection.cursor() as cursor:
        refused = take_back_consents(cursor, run, {**parameters, "ids": ids}, refusals_stay=True)
    refresh_people(ids)
    return {"refusals_kept": refused} if refused else {}


def _part_from(run: Import, leaving: "QuerySet[Person]", reference: str) -> None:
    """Whom an earlier batch tied to them has back now what these ties replaced: they go with whoever leaves."""
    if not claim_columns(run.mapping):
        return
    tied = UpdatedPerson.objects.filter(
        import_run=run, person__relations__other__in=leaving, person__relations__source_reference=reference
    )
    left = list(tied.values_list("person_id", flat=True).distinct())
    with connection.cursor() as cursor:
        _give_ties_back(cursor, run, UpdatedPerson.objects.filter(import_run=run, person_id__in=left), left)


def _others() -> str:
    """What other apps tie to a person: somebody whom she recruited, a message on its way to her."""
    ties = (one for one in followers() if not one.table.startswith(ASKED))
    return "".join(
        f"\n  OR EXISTS (SELECT FROM {one.table} o WHERE o.{one.column} = p.id{OWN.get(one.table, '')})" for one in ties
    )


# --- whom it changed ------------------------------------------------------------------------------------------------
def _undo_known(run: Import, ids: list[int], parameters: dict[str, Any]) -> Counter[str]:
    # What is kept of somebody who was merged since went over with her.
    became = dict(Person.objects.filter(pk__in=ids, merged_into__isnull=False).values_list("pk", "merged_into_id"))
    updates = UpdatedPerson.objects.filter(import_run=run, person_id__in=[*ids, *became.values()])
    touched = list(updates.values_list("person_id", flat=True))
    if not touched:
        return Counter()
    counts = Counter(restored=len(touched))
    with connection.cursor() as cursor:
        spoke = sorted({*touched, *(old for old, new in became.items() if new in touched)})
        if refused := take_back_consents(cursor, run, {**parameters, "ids": spoke}):
            counts["refusals_kept"] = refused
        cursor.execute(UNTAG, {**parameters, "ids": touched})
        for table, column in ADDED.items():
            cursor.execute(TAKE_AWAY.format(table=table, column=column), {**parameters, "ids": touched})
        cursor.execute(
            "DELETE FROM people_activity WHERE kind = 'imported' AND source_reference = %(reference)s AND person_id = ANY(%(ids)s::bigint[])",
            {**parameters, "ids": touched},
        )
        _give_ties_back(cursor, run, updates, touched)
        counts["fields_kept"] += give_back(cursor, {**parameters, "ids": touched})
    _promote(touched)
    refresh_people(touched)
    return counts


def _give_ties_back(cursor: Any, run: Import, updates: "QuerySet[UpdatedPerson]", touched: list[int]) -> None:
    if not claim_columns(run.mapping):
        return
    untied = untie_people(cursor, touched, source_of(run))
    gone = [tie for ties in updates.values_list("removed__ties", flat=True) for tie in ties or ()]
    tie_again(
        cursor, json.dumps([tie for tie in gone if tie.get("beside") or (tie["person_id"], tie["kind"]) in untied])
    )


def _promote(ids: list[int]) -> None:
    """Whoever lost her first address or phone gets the oldest one that is left."""
    with connection.cursor() as cursor:
        for table in ("people_emailaddress", "people_phonenumber", "people_postaladdress"):
            cursor.execute(
                f"""UPDATE {table} a SET is_primary = true FROM (
                  SELECT person_id, min(id) AS id FROM {table} WHERE person_id = ANY(%s::bigint[]) GROUP BY person_id HAVING NOT bool_or(is_primary)
                ) oldest WHERE (a.person_id, a.id) = (oldest.person_id, oldest.id)""",
                [ids],
            )
