"""Who belongs to whom, written down by the team. Each act is an activity of the people concerned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from crm.consent.entries import Source
from crm.people.models import Person
from crm.people.services import record_activity
from crm.people.writing import sourced, touch_person
from crm.relations.enums import RelationKind
from crm.relations.models import Affiliation, HouseholdMember, Organisation, Relation

LARGEST_HOUSEHOLD = 20


class SirenTaken(Exception):
    """Another organisation has this number."""


class OneselfRelated(Exception):
    """Nobody is tied to herself."""


class HouseholdTooLarge(Exception):
    """More people than live under one roof: these two are probably not meant."""


def save_organisation(
    *,
    organisation: Organisation | None,
    values: Mapping[str, Any],
    source: Source,
    now: datetime,
    key: UUID | None = None,
) -> Organisation:
    """The same `key` twice makes one organisation, whose `uuid` it is. Raises SirenTaken."""
    key = key or uuid4()
    if organisation is None and (made := Organisation.objects.filter(uuid=key).first()):
        return made
    row = organisation or Organisation(uuid=key, created_at=now, **sourced(source))
    for name, value in values.items():
        setattr(row, name, value)
    renamed = row.pk is not None and not Organisation.objects.filter(pk=row.pk, name=row.name).exists()
    row.updated_at = now
    written = [*values, "updated_at"] if row.pk else None  # its tags may change meanwhile
    try:
        with transaction.atomic():
            row.save(update_fields=written)
            if renamed:  # a file that knows it by the old name would say something else now
                _touch(row.affiliations.values("person"), now)
    except IntegrityError as error:
        if organisation is None and (made := Organisation.objects.filter(uuid=key).first()):  # at this very moment
            return made
        raise SirenTaken from error
    return row


@transaction.atomic
def delete_organisation(*, organisation: Organisation, source: Source, now: datetime) -> None:
    """The people stay; that they worked there is told in their story no more than by its name."""
    for person_id in organisation.affiliations.order_by("person_id").values_list("person_id", flat=True).distinct():
        record_activity(person_id=person_id, kind="relation_ended", source=source, payload={}, now=now)
    _touch(organisation.affiliations.values("person"), now)
    organisation.delete()


@transaction.atomic
def affiliate_person(
    *, person: Person, organisation: Organisation, kind: str, title: str, source: Source, now: datetime
) -> Affiliation:
    """Said twice, the newer title holds."""
    affiliation, created = Affiliation.objects.update_or_create(
        person=person,
        organisation=organisation,
        kind=kind,
        defaults={"title": title},
        create_defaults={"title": title, "created_at": now, **sourced(source)},
    )
    if created:
        payload = {"title": organisation.name, "url": organisation.get_absolute_url()}
        record_activity(person_id=person.pk, kind="affiliated", source=source, payload=payload, now=now)
        touch_person(person.pk, now)
    return affiliation


@transaction.atomic
def end_affiliation(*, affiliation: Affiliation, source: Source, now: datetime) -> None:
    affiliation.delete()
    payload = {"title": affiliation.organisation.name}
    record_activity(person_id=affiliation.person_id, kind="relation_ended", source=source, payload=payload, now=now)
    touch_person(affiliation.person_id, now)


@transaction.atomic
def relate_people(*, person: Person, kind: str, other: Person, source: Source, now: datetime) -> None:
    """`other` becomes the recruiter, or the point person, of `person`, in place of whoever was. Raises OneselfRelated."""
    if person.pk == other.pk:
        raise OneselfRelated
    _lock(person, other)
    Relation.objects.filter(person=person, kind=kind).exclude(other=other).delete()
    _row, created = Relation.objects.get_or_create(
        person=person, kind=kind, other=other, defaults={"created_at": now, **sourced(source)}
    )
    if created:
        record_activity(person_id=person.pk, kind=f"{kind}_noted", source=source, payload=_with(other), now=now)
        touch_person(person.pk, now)


def note_recruiter(*, person_id: int, recruiter_id: int, source: Source, now: datetime) -> None:
    """For whoever came by somebody's link: the first one counts. Told by the sign-up itself, so no activity of its own."""
    known = Relation.objects.filter(person=person_id, kind=RelationKind.RECRUITER)
    if person_id != recruiter_id and not known.exists():
        Relation.objects.create(
            person_id=person_id,
            kind=RelationKind.RECRUITER,
            other_id=recruiter_id,
            created_at=now,
            **sourced(source),
        )


@transaction.atomic
def end_relation(*, person: Person, kind: str, other: Person, source: Source, now: datetime) -> None:
    """`other` is no longer the recruiter, or the point person, of `person`: whatever else binds the two stays."""
    ended, _models = Relation.objects.filter(person=person, kind=kind, other=other).delete()
    if ended:
        record_activity(person_id=person.pk, kind="relation_ended", source=source, payload=_with(other), now=now)
        touch_person(person.pk, now)


@transaction.atomic
def join_households(*, person: Person, other: Person, source: Source, now: datetime) -> None:
    """Both and whoever lives with either are one household. Raises OneselfRelated, HouseholdTooLarge."""
    if person.pk == other.pk:
        raise OneselfRelated
    _lock(person, other)
    known = dict(HouseholdMember.objects.filter(person__in=[person, other]).values_list("person_id", "household"))
    household = known.get(other.pk) or known.get(person.pk) or uuid4()
    if known.get(person.pk) == known.get(other.pk) == household:
        return
    HouseholdMember.objects.filter(household__in=known.values()).update(household=household)
    for one in (person, other):
        if one.pk not in known:
            HouseholdMember.objects.create(person=one, household=household, created_at=now, **sourced(source))
        told = _with(person if one is other else other)
        record_activity(person_id=one.pk, kind="household_noted", source=source, payload=told, now=now)
    if HouseholdMember.objects.filter(household=household).count() > LARGEST_HOUSEHOLD:
        raise HouseholdTooLarge


@transaction.atomic
def leave_household(*, person: Person, source: Source, now: datetime) -> None:
    left, _models = HouseholdMember.objects.filter(person=person).delete()
    if left:
        record_activity(person_id=person.pk, kind="relation_ended", source=source, payload={}, now=now)


def forget_people(person_ids: list[int], now: datetime) -> None:
    """For an erasure, in its transaction: nothing is left that ties anybody to them."""
    _touch(Relation.objects.filter(other__in=person_ids).values("person"), now)
    Relation.objects.filter(Q(person__in=person_ids) | Q(other__in=person_ids)).delete()
    Affiliation.objects.filter(person__in=person_ids).delete()
    HouseholdMember.objects.filter(person__in=person_ids).delete()


def _with(other: Person) -> dict[str, int]:
    """Her number alone: what she is called is looked up, so that an erasure leaves no name in anybody's story."""
    return {"other_id": other.pk}


def _touch(people: "QuerySet[Any, Any]", now: datetime) -> None:
    """So that the next import of a file looks at them again."""
    Person.objects.filter(pk__in=people).update(updated_at=now)


def _lock(*people: Person) -> None:
    """Merges and erasures wait, and so do others who tie the same two."""
    ids = sorted(one.pk for one in people)
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk"))
