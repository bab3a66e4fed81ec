"""Taking a merge back: both are as they were; what happened since stays with the one who was kept."""

# ruff: noqa: S608 -- statements are made of our own models' columns only

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.consent.entries import Source
from crm.consent.merging import part_consents
from crm.people.custom import is_custom, named, put_value
from crm.people.following import follow_parting
from crm.people.merging import ADDRESSES, FORGET, KEPT
from crm.people.models import EmailAddress, Person, PersonChange, PersonMerge, PhoneNumber, PostalAddress, Tag
from crm.people.refreshing import refresh_people
from crm.people.services import record_activity
from crm.people.tagging import change_tags
from crm.people.writing import sourced
from tenants.alarms import cancel_alarm

TABLES: dict[str, Any] = {
    "people_emailaddress.person_id": EmailAddress,
    "people_phonenumber.person_id": PhoneNumber,
    "people_postaladdress.person_id": PostalAddress,
}


class CannotPart(Exception):
    """This merge cannot be taken back (any more); `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def part_people(*, merge: PersonMerge, source: Source, now: datetime) -> Person:
    """Returns the person who is back. Safe to repeat. Raises CannotPart: too late, erased or about to be, or merged on since."""
    # As in a merge, people are locked first and in the order of their ids.
    ids = [merge.kept_id, merge.merged_id]
    rows = {one.pk: one for one in Person.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")}
    merge = PersonMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    kept, merged = rows[merge.kept_id], rows[merge.merged_id]
    if merge.undone_at is not None:
        return merged
    _check(merge, kept, now)
    told = Source("merge", f"merge:{merge.pk}:undo", source.actor_id)
    Person.objects.filter(pk=merged.pk).update(external_id="")  # it may be hers who was kept
    removed = list(Tag.objects.filter(pk__in=merge.before["tags"]).values_list("pk", flat=True))
    change_tags(person_ids=[kept.pk], add=(), remove=removed, source=told, now=now)
    _restore_fields(kept, merge.before["fields"], told, now)
    _restore_dates(kept, merge.before.get("dates", {}))  # merges of before they were kept have none
    for table, model in TABLES.items():
        model.objects.filter(person=kept, id__in=merge.moved.get(table, ())).update(is_primary=False)
    follow_parting(kept_id=kept.pk, merged_id=merged.pk, moved=merge.moved)
    PersonChange.objects.filter(person=merged, source_reference=f"merge:{merge.pk}").delete()
    _restore_row(merged.pk, merge.before["merged"])
    _restore_firsts(merge)
    part_consents(kept_id=kept.pk, merged_id=merged.pk, done=merge.consents, since=merge.at, source=told, now=now)
    merge.undone_at, merge.before, merge.moved, merge.consents = now, {}, {}, []
    merge.save(update_fields=["undone_at", "before", "moved", "consents"])
    refresh_people([kept.pk, merged.pk])
    for person in (kept, merged):
        record_activity(person_id=person.pk, kind="parted", source=told, payload={"merge": merge.pk}, now=now)
    cancel_alarm(FORGET, key=str(merge.pk))
    return Person.objects.get(pk=merged.pk)


def _check(merge: PersonMerge, kept: Person, now: datetime) -> None:
    if kept.merged_into_id:
        raise CannotPart("merged")
    if kept.is_erased:
        raise CannotPart("gone")
    if kept.erase_requested_at:
        raise CannotPart("erasing")
    if not merge.before or now > merge.at + KEPT:
        raise CannotPart("late")


def _restore_fields(kept: Person, fields: dict[str, list[Any]], told: Source, now: datetime) -> None:
    """A field that was changed again since stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM people_person p WHERE id = %s", [kept.pk])
        present = json.loads(cursor.fetchone()[0])
        present |= {name: None for name in fields if is_custom(name)} | named(present["custom"])
        back = {name: old for name, (old, new) in fields.items() if present.get(name) == new}
        columns = {name: old for name, old in back.items() if not is_custom(name)}
        if columns:
            sets = ", ".join(f"{name} = b.{name}" for name in columns)
            cursor.execute(
                f"UPDATE people_person p SET {sets}, updated_at = %s"
                " FROM jsonb_populate_record(NULL::people_person, %s::jsonb) b WHERE p.id = %s",
                [now, json.dumps(columns), kept.pk],
            )
    _restore_custom(kept.pk, {name: old for name, old in back.items() if is_custom(name)})
    if changes := {name: [present.get(name), old] for name, old in back.items()}:
        PersonChange.objects.create(person=kept, changes=changes, at=now, **sourced(told))


def _restore_dates(kept: Person, dates: dict[str, list[str | None]]) -> None:
    """Since when she is known, and when she was last active: likewise."""
    read = {name: [at and datetime.fromisoformat(at) for at in pair] for name, pair in dates.items()}
    back = {name: old for name, (old, new) in read.items() if getattr(kept, name) == new}
    Person.objects.filter(pk=kept.pk).update(**back)


def _restore_custom(person_id: int, back: dict[str, Any]) -> None:
    if back:
        person = Person.objects.only("custom").get(pk=person_id)
        for name, old in back.items():
            put_value(person, name, old)
        Person.objects.filter(pk=person_id).update(custom=person.custom)


def _restore_row(person_id: int, row: dict[str, Any]) -> None:
    fields = [one for one in Person._meta.concrete_fields if one.column in row and one.column != "id"]  # noqa: SLF001 -- as above
    columns = [one.column for one in fields if not one.generated]
    row["tag_ids"] = list(Tag.objects.filter(pk__in=row["tag_ids"]).order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE people_person p SET {', '.join(f'{name} = b.{name}' for name in columns)}"
            " FROM jsonb_populate_record(NULL::people_person, %s::jsonb) b WHERE p.id = %s",
            [json.dumps(row), person_id],
        )


def _restore_firsts(merge: PersonMerge) -> None:
    """Each has her first address again; where that one is gone since, the oldest that is left."""
    for kind, model in ADDRESSES.items():
        for side, person_id in (("kept", merge.kept_id), ("merged", merge.merged_id)):
            own = model.objects.filter(person=person_id)
            wanted = merge.before["first"][kind].get(side, 0)
            first = own.filter(id=wanted).first() or own.order_by("rank").first()
            # An address of hers that came since and was put first stays so.
            newer = own.filter(is_primary=True, created_at__gt=merge.at).first()
            if first is not None and newer is None:
                own.filter(is_primary=True).exclude(pk=first.pk).update(is_primary=False)
                own.filter(pk=first.pk).update(is_primary=True)
