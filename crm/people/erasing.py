"""The right to be forgotten: asked, held back for a few days in case of a mistake, then done for good.

What stays: the ledger and the history of tags (proof, which names nobody any more), the activities without their
content, the bare row of the person, and keyed hashes of what she is known by, so that no file can bring it back to life.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crm.consent.entries import Source
from crm.consent.enums import Relationship
from crm.consent.models import ConsentState
from crm.consent.services import lock_person
from crm.people.models import (
    Activity,
    EmailAddress,
    ErasureRequest,
    Note,
    Person,
    PersonChange,
    PersonMerge,
    PhoneNumber,
    PostalAddress,
)
from crm.people.queries import rows_of
from crm.people.refreshing import refresh_people
from crm.people.saved_views import forget_views, views_naming
from crm.people.services import record_activity
from crm.people.traces import keep_traces
from crm.people.writing import sourced
from tenants.alarms import cancel_alarm, set_alarm

DELAY = timedelta(days=7)  # the law gives a month; the team gets a week to notice a slip
AGAIN = timedelta(hours=1)  # after an erasure that failed, or whose worker died
ALARM = "people.erase"
EMPTY: dict[str, Any] = {
    "first_name": "",
    "last_name": "",
    "birth_name": "",
    "birth_date": None,
    "gender": "",
    "occupation": "",
    "language": "",
    "support_level": None,
    "tag_ids": [],
    "relationship": Relationship.OCCASIONAL,
    "external_id": "",
    "custom": {},
    "last_activity_at": None,
    "erase_requested_at": None,
}


Hook = Callable[[list[int], datetime], None]
_on_erase: list[Hook] = []


def on_erase(hook: Hook) -> None:
    """For what other apps keep about a person: called in the erasure's transaction with the ids of her rows, while
    her name and addresses can still be read. In AppConfig.ready()."""
    if hook not in _on_erase:
        _on_erase.append(hook)


@transaction.atomic
def request_erasure(*, person: Person, source: Source, now: datetime) -> datetime:
    """From now on nothing is sent to her; returns when her data goes. Asked twice, the first time holds, and each is kept."""
    person = Person.objects.get(pk=lock_person(person.pk))
    if person.is_erased:
        return (person.erase_requested_at or now) + DELAY
    ErasureRequest.objects.create(person=person, at=now, **sourced(source))
    record_activity(person_id=person.pk, kind="erasure_asked", source=source, payload={}, now=now)
    if person.erase_requested_at is None:
        _hold_back(person, now)
    return (person.erase_requested_at or now) + DELAY


def _hold_back(person: Person, asked_at: datetime) -> None:
    Person.objects.filter(pk=person.pk).update(erase_requested_at=asked_at)
    set_alarm(ALARM, due_at=asked_at + DELAY, key=str(person.pk))
    refresh_people([person.pk])


@transaction.atomic
def withdraw_request(*, person: Person, source: Source, now: datetime) -> None:
    """Take back what this very source asked for. Whoever else asked meanwhile is heard: the earliest of the others counts."""
    person = Person.objects.get(pk=lock_person(person.pk))
    theirs = ErasureRequest.objects.filter(person=person, source_kind=source.kind, source_reference=source.reference)
    if theirs.delete()[0] == 0 or person.is_erased:
        return
    left = ErasureRequest.objects.filter(person=person).order_by("at").first()
    if left is None:
        cancel_erasure(person=person, source=source, now=now)
    else:
        cancel_alarm(ALARM, key=str(person.pk))  # the earlier one
        _hold_back(person, left.at)


@transaction.atomic
def cancel_erasure(*, person: Person, source: Source, now: datetime) -> None:
    """Whoever asked for it."""
    person = Person.objects.get(pk=lock_person(person.pk))
    ErasureRequest.objects.filter(person=person).delete()
    if Person.objects.filter(pk=person.pk, erase_requested_at__isnull=False, erased_at__isnull=True).update(
        erase_requested_at=None
    ):
        cancel_alarm(ALARM, key=str(person.pk))
        record_activity(person_id=person.pk, kind="erasure_cancelled", source=source, payload={}, now=now)
        refresh_people([person.pk])


@transaction.atomic
def erase_person(*, person_id: int, now: datetime) -> bool:
    """For good. Returns False when there is nothing (any more) to erase; other apps forget her in the same transaction."""
    lock_person(person_id)
    person = Person.objects.alive().filter(pk=person_id).first()
    if person is None:
        return False
    rows = rows_of(person)  # with those that were merged into hers
    searched = views_naming(rows)
    keep_traces(rows, now)
    for hook in _on_erase:
        hook(rows, now)
    for model in (EmailAddress, PhoneNumber, PostalAddress, Note, PersonChange, ConsentState, ErasureRequest):
        model.objects.filter(person__in=rows).delete()
    Activity.objects.filter(person__in=rows).update(payload={})
    PersonMerge.objects.filter(kept__in=rows).update(before={}, moved={}, consents=[])
    Person.objects.filter(pk__in=rows).update(external_id="")
    Person.objects.filter(pk=person.pk).update(**EMPTY, erased_at=now, updated_at=now)
    refresh_people([person.pk])
    forget_views(searched)
    source = Source(kind="office", reference="erasure")
    record_activity(person_id=person.pk, kind="erased", source=source, payload={}, now=now)
    return True


def erase_when_due(*, person_id: int, now: datetime) -> bool:
    """What the alarm asks: nothing when the request was taken back meanwhile. It rings again until the erasure is committed."""
    key = str(person_id)
    set_alarm(ALARM, due_at=now + AGAIN, key=key)  # committed before the erasure begins, which may fail or be killed
    with transaction.atomic():
        lock_person(person_id)
        asked_at = Person.objects.alive().filter(pk=person_id).values_list("erase_requested_at", flat=True).first()
        cancel_alarm(ALARM, key=key)
        if asked_at is None:
            return False
        if asked_at + DELAY > now:
            set_alarm(ALARM, due_at=asked_at + DELAY, key=key)
            return False
        return erase_person(person_id=person_id, now=now)
