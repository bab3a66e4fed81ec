"""The act itself, block by block in the order of ids, each committed with its position; and its undoing."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet

from crm.bulk.assigning import assign, unassign
from crm.bulk.enums import Action
from crm.bulk.models import BulkChange, BulkTarget
from crm.consent.entries import Source
from crm.people.erasing import request_erasure, withdraw_request
from crm.people.models import Person, Tag
from crm.people.refreshing import refresh_people
from crm.people.selecting import people_selected, selection_from
from crm.people.tagging import change_tags
from crm.runs.working import RunFailed, Working

AT_ONCE = 1_000
ERASED_AT_ONCE = 100
KEEP = """INSERT INTO bulk_bulkchange (run_id, person_id, before)
SELECT %s, id, before FROM unnest(%s::bigint[], %s::text[]) AS c (id, before) ON CONFLICT DO NOTHING"""
RELATE = """
WITH meant AS (
  SELECT id, relationship FROM people_person
  WHERE id = ANY(%(ids)s::bigint[]) AND erased_at IS NULL AND relationship <> %(to)s ORDER BY id FOR NO KEY UPDATE
), written AS (
  UPDATE people_person p SET relationship = %(to)s, updated_at = %(now)s::timestamptz FROM meant m WHERE p.id = m.id
), told AS (
  INSERT INTO people_personchange (person_id, changes, reason, at, source_kind, source_reference, actor_id)
  SELECT id, jsonb_build_object('relationship', jsonb_build_array(relationship, %(to)s::text)), '', %(now)s::timestamptz, 'office',
    %(reference)s, %(actor)s::bigint FROM meant
)
SELECT id, relationship FROM meant"""
WRITE_DOWN = "INSERT INTO bulk_bulktarget (run_id, person_id) SELECT %s, a.id FROM ({chosen}) AS a(id) ORDER BY a.id"
Changed = dict[int, str]  # whom, and what was there before


def act(working: Working) -> None:
    """Killed anywhere, it goes on after the last block."""
    action = Action(working.parameters["action"])
    _check_tag(working)
    done, changed = (working.result.get(name, 0) for name in ("seen", "changed"))
    if "targets" not in working.result:
        people = _people_meant(working)
        with transaction.atomic():
            count = _write_down(working, people)
            working.tell(done, count, targets=count)
    targets, total = BulkTarget.objects.filter(run_id=working.pk).order_by("person_id"), working.run.total
    size = ERASED_AT_ONCE if action == Action.ERASE else AT_ONCE
    while ids := list(targets.values_list("person_id", flat=True)[:size]):
        with transaction.atomic():
            block = ACTS[action](working, ids)
            _keep(working, block)
            targets.filter(person_id__in=ids).delete()  # who is merged into somebody stays one, wherever that is
            done, changed = done + len(ids), changed + len(block)
            working.tell(done, max(total, done), seen=done, changed=changed)


def take_back(working: Working) -> None:
    """What was changed since by somebody else stays as it is now."""
    _check_tag(working)
    changes = BulkChange.objects.filter(run_id=working.pk).order_by("pk")
    total, done = changes.count(), 0
    while block := list(changes[:ERASED_AT_ONCE]):
        with transaction.atomic():
            _restore(working, {one.person_id: one.before for one in block})
            BulkChange.objects.filter(pk__in=[one.pk for one in block]).delete()
            done += len(block)
            working.tell(done, max(total, done))
    BulkTarget.objects.filter(run_id=working.pk).delete()


def _check_tag(working: Working) -> None:
    """One that was merged or deleted since cannot be put or taken any more: who had the other one before is not known."""
    if (tag := working.parameters.get("tag")) and not Tag.objects.filter(pk=tag).exists():
        raise RunFailed("gone")


def _people_meant(working: Working) -> QuerySet[Person]:
    told = working.parameters
    people = people_selected(selection_from(told["whom"]), now=working.run.created_at)
    return people.filter(pk__lte=told["through"], pk__gt=working.result.get("after", 0))  # `after`: of older versions


def _write_down(working: Working, people: QuerySet[Person]) -> int:
    try:
        chosen, parameters = people.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WRITE_DOWN.format(chosen=chosen), [working.pk, *parameters])
        return int(cursor.rowcount)


def _tag(working: Working, ids: Sequence[int]) -> Changed:
    tag = working.parameters["tag"]
    return _tagged(change_tags(person_ids=ids, add=[tag], remove=(), source=_source(working), now=working.clock()))


def _untag(working: Working, ids: Sequence[int]) -> Changed:
    tag = working.parameters["tag"]
    return _tagged(change_tags(person_ids=ids, add=(), remove=[tag], source=_source(working), now=working.clock()))


def _relate(working: Working, ids: Sequence[int]) -> Changed:
    return _set_relationship(working, ids, working.parameters["relationship"])


def _assign(working: Working, ids: Sequence[int]) -> Changed:
    return assign(ids, working.parameters["person"], source=_source(working), now=working.clock())


def _erase(working: Working, ids: Sequence[int]) -> Changed:
    people = Person.objects.alive().filter(pk__in=ids).order_by("pk")  # whoever else asked: each stands for itself
    for person in people:
        request_erasure(person=person, source=_source(working), now=working.clock())
    return {person.pk: "" for person in people}


ACTS: dict[Action, Callable[[Working, Sequence[int]], Changed]] = {
    Action.TAG: _tag,
    Action.UNTAG: _untag,
    Action.RELATE: _relate,
    Action.ASSIGN: _assign,
    Action.ERASE: _erase,
}


def _restore(working: Working, before: Changed) -> None:
    action, ids, source, now = Action(working.parameters["action"]), list(before), _source(working), working.clock()
    if action in (Action.TAG, Action.UNTAG):
        tag = [working.parameters["tag"]]
        add, remove = ([], tag) if action == Action.TAG else (tag, [])
        change_tags(person_ids=ids, add=add, remove=remove, source=source, now=now)
    elif action == Action.RELATE:
        unchanged = Person.objects.filter(pk__in=ids, relationship=working.parameters["relationship"])
        present = set(unchanged.values_list("pk", flat=True))
        for old in sorted(set(before.values())):
            _set_relationship(working, [pk for pk in ids if before[pk] == old and pk in present], old)
    elif action == Action.ASSIGN:
        unassign(before, source=source, now=now)
    else:
        for person in Person.objects.filter(pk__in=ids).order_by("pk"):
            withdraw_request(person=person, source=source, now=now)


def _set_relationship(working: Working, ids: Sequence[int], to: str) -> Changed:
    source = _source(working)
    parameters: dict[str, Any] = {
        "ids": list(ids),
        "to": to,
        "now": working.clock(),
        "reference": source.reference,
        "actor": source.actor_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(RELATE, parameters)
        changed = {int(pk): str(old) for pk, old in cursor.fetchall()}
    refresh_people(sorted(changed))
    return changed


def _tagged(ids: Sequence[int]) -> Changed:
    return dict.fromkeys(ids, "")


def _keep(working: Working, changed: Changed) -> None:
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [working.pk, list(changed), list(changed.values())])


def _source(working: Working) -> Source:
    return Source("office", f"bulk:{working.pk}", working.asked_by_id)
