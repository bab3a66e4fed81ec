"""Two rows, one human being: merged with everything that hangs on them, and parted again within 30 days if that was wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from crm.consent.entries import Source
from crm.consent.enums import DISTANT
from crm.consent.merging import merge_consents
from crm.people.custom import PREFIX, differences, is_custom, named, value_of
from crm.people.enums import AddressStatus
from crm.people.following import follow_merge
from crm.people.models import EmailAddress, Person, PersonChange, PersonMerge, PhoneNumber, PostalAddress
from crm.people.refreshing import refresh_people
from crm.people.services import record_activity
from crm.people.tagging import change_tags
from crm.people.writing import sourced
from tenants.alarms import set_alarm

KEPT = timedelta(days=30)
FORGET = "people.forget_merge"
ADDRESSES: Mapping[str, Any] = {"emails": EmailAddress, "phones": PhoneNumber, "addresses": PostalAddress}
# What is not a field of hers to choose: keys, what follows from other rows, the state of her row, fields that are chosen each for itself.
COMPUTED = frozenset(
    {
        "id", "uuid", "tag_ids", "email", "phone", "street", "postcode", "city", "commune_code", "departement_code", "region_code",
        "country", "email_reach", "sms_reach", "call_reach", "post_reach", "can_email", "can_sms", "can_call", "can_post",
        "created_at", "updated_at", "last_activity_at", "erase_requested_at", "erased_at", "merged_into", "source_kind",
        "source_reference", "actor_id", "custom", "words",
    }
)  # fmt: skip


class CannotMerge(Exception):
    """These two cannot become one; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Choices:
    """Fields whose value is not the one that would be kept anyway, and the addresses that come first (their ids)."""

    values: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, int] = field(default_factory=dict)  # "emails", "phones", "addresses"


@transaction.atomic
def merge_people(
    *, keep: Person, merged: Person, choices: Choices | None = None, source: Source, now: datetime
) -> PersonMerge:
    """`keep` gets every address, activity, note, tag and consent of `merged`, whose row stays empty and leads to hers.

    Fields: what is chosen, else her own, else the other's. Consents: the strictest (crm.consent.merging). Safe to
    repeat: merged twice is merged once. Raises CannotMerge: the same person, one is erased or about to be, or one was
    merged into somebody else meanwhile.
    """
    done = _lock(keep.pk, merged.pk)
    if done is not None:
        return done
    keep, merged = Person.objects.get(pk=keep.pk), Person.objects.get(pk=merged.pk)
    values, dates = _values(keep, merged, choices or Choices()), _dates(keep, merged)
    before = {"merged": _row(merged.pk), "first": _firsts(keep, merged), "fields": _differences(keep, values)}
    before["dates"] = {name: [_plain(getattr(keep, name)), _plain(value)] for name, value in dates.items()}
    merge = PersonMerge.objects.create(kept=keep, merged=merged, at=now, before=before, **sourced(source))
    told = Source("merge", f"merge:{merge.pk}", source.actor_id)
    merge.consents = merge_consents(keep_id=keep.pk, merged_id=merged.pk, source=told, now=now)
    _empty(merged, keep, values, now)
    added = sorted(set(merged.tag_ids) - set(keep.tag_ids))
    change_tags(person_ids=[keep.pk], add=added, remove=(), source=told, now=now)
    merge.before["tags"] = added
    _put_behind(keep, merged)
    merge.moved = follow_merge(keep_id=keep.pk, merged_id=merged.pk)
    _put_first(keep, merged, (choices or Choices()).first)
    _keep(keep, merged, values, dates, told, now)
    merge.save(update_fields=["consents", "before", "moved"])
    refresh_people([keep.pk, merged.pk])
    record_activity(person_id=keep.pk, kind="merged", source=told, payload={"merge": merge.pk}, now=now)
    set_alarm(FORGET, due_at=now + KEPT, key=str(merge.pk))
    return merge


def forget_merge(*, merge_id: int) -> None:
    """After 30 days nothing is kept that could bring the merged row back; the uuid still leads to the kept one."""
    PersonMerge.objects.filter(pk=merge_id).update(before={}, moved={}, consents=[])


def choosable_fields() -> list[str]:
    """Fields of which a merge keeps one value."""
    return [one.name for one in Person._meta.concrete_fields if one.name not in COMPUTED]  # noqa: SLF001 -- public in Django's documentation


def choosable_names(first: Person, second: Person) -> list[str]:
    """With the campaign's own fields that either has a value of."""
    return [*choosable_fields(), *named(dict.fromkeys(sorted({*first.custom, *second.custom}, key=int)))]


def kept_value(keep: Person, merged: Person, name: str) -> Any:
    """What stands without a choice: her own, else the other's. A real contact is closer than a line of a roll."""
    own, other = value_of(keep, name), value_of(merged, name)
    if name == "relationship":
        return other if own in DISTANT and other not in DISTANT else own
    if isinstance(own, dict) and isinstance(other, dict):
        return {**other, **{key: value for key, value in own.items() if value not in ("", None, [])}}
    return other if own in ("", None, []) else own


def _lock(keep_id: int, merged_id: int) -> PersonMerge | None:
    """Whatever is being written for either is waited for; the merge itself if another one was quicker."""
    if keep_id == merged_id:
        raise CannotMerge("same")
    ids = [keep_id, merged_id]
    rows = {one.pk: one for one in Person.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")}
    if len(rows) < 2:
        raise CannotMerge("gone")
    keep, merged = rows[keep_id], rows[merged_id]
    if merged.merged_into_id == keep_id:
        return PersonMerge.objects.filter(kept=keep, merged=merged, undone_at=None).latest("pk")
    if keep.merged_into_id or merged.merged_into_id:
        raise CannotMerge("merged")
    if keep.is_erased or merged.is_erased:
        raise CannotMerge("gone")
    if keep.erase_requested_at or merged.erase_requested_at:
        raise CannotMerge("erasing")
    return None


def _values(keep: Person, merged: Person, choices: Choices) -> dict[str, Any]:
    chosen = {name: value for name, value in choices.values.items() if name in choosable_fields()}
    values = {name: chosen.get(name, kept_value(keep, merged, name)) for name in choosable_fields()}
    own = {name.removeprefix(PREFIX): value for name, value in choices.values.items() if is_custom(name)}
    custom = {**kept_value(keep, merged, "custom"), **own}
    return {**values, "custom": {key: value for key, value in custom.items() if value is not None}}


def _differences(keep: Person, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [_plain(getattr(keep, name)), _plain(value)]
        for name, value in values.items()
        if name != "custom" and getattr(keep, name) != value
    } | differences(keep.custom, values["custom"])


def _row(person_id: int) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM people_person p WHERE id = %s", [person_id])
        row: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return row


def _firsts(keep: Person, merged: Person) -> dict[str, dict[str, int]]:
    """Which address of each kind was first, for both."""
    return {
        kind: {
            ("kept" if person_id == keep.pk else "merged"): number
            for person_id, number in model.objects.filter(person__in=[keep, merged], is_primary=True).values_list(
                "person", "id"
            )
        }
        for kind, model in ADDRESSES.items()
    }


def _empty(merged: Person, keep: Person, values: Mapping[str, Any], now: datetime) -> None:
    """Her row holds nothing any more but the way to the one who is kept, and the number of the other system that is not hers."""
    numbers = {keep.external_id, merged.external_id} - {"", values["external_id"]}
    # Both numbers are free for a moment: they may change sides.
    Person.objects.filter(pk__in=[keep.pk, merged.pk]).update(external_id="")
    blank = {one.name: one.get_default() for one in Person._meta.concrete_fields if one.name not in COMPUTED}  # noqa: SLF001 -- as above
    Person.objects.filter(pk=merged.pk).update(
        **{**blank, "external_id": next(iter(numbers), ""), "tag_ids": [], "custom": {}, "last_activity_at": None},
        merged_into=keep,
        erased_at=now,
        updated_at=now,
    )


def _put_behind(keep: Person, merged: Person) -> None:
    """Of each kind one address is first: hers stays so, and the other's only where she has none."""
    for model in ADDRESSES.values():
        if model.objects.filter(person=keep, is_primary=True).exists():
            model.objects.filter(person=merged, is_primary=True).update(is_primary=False)


def _put_first(keep: Person, merged: Person, chosen: Mapping[str, int]) -> None:
    for kind, model in ADDRESSES.items():
        own = model.objects.filter(person=keep)
        first = own.filter(id=chosen.get(kind, 0)).first() or own.filter(is_primary=True).first()
        if first is not None and first.status == AddressStatus.BAD and kind not in chosen:
            first = own.exclude(status=AddressStatus.BAD).order_by("id").first() or first
        if first is not None and not first.is_primary:
            own.filter(is_primary=True).update(is_primary=False)
            own.filter(pk=first.pk).update(is_primary=True)


def _dates(keep: Person, merged: Person) -> dict[str, datetime | None]:
    """Known since the earlier of both, active until the later."""
    active = [at for at in (keep.last_activity_at, merged.last_activity_at) if at]
    return {"created_at": min(keep.created_at, merged.created_at), "last_activity_at": max(active, default=None)}


def _keep(
    keep: Person, merged: Person, values: Mapping[str, Any], dates: Mapping[str, Any], told: Source, now: datetime
) -> None:
    Person.objects.filter(pk=keep.pk).update(**values, **dates, updated_at=now)
    if changes := _differences(keep, values):
        PersonChange.objects.create(person=keep, changes=changes, at=now, **sourced(told))
    # A line of history on the empty row too: whoever takes back an import sees that life went on.
    PersonChange.objects.create(person=merged, at=now, **sourced(told))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
