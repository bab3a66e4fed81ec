"""Whom people are tied to, in the list of people: one query for each column of a page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm.people.list_columns import ListColumn
from crm.people.models import Person
from crm.relations.enums import AffiliationKind, RelationKind
from crm.relations.models import Affiliation, Relation


def employers(people: Sequence[Person]) -> Mapping[int, str]:
    rows = Affiliation.objects.filter(person__in=people, kind=AffiliationKind.WORKS).order_by("pk")
    return _joined(rows.values_list("person_id", "organisation__name"))


def recruiters(people: Sequence[Person]) -> Mapping[int, str]:
    return _others(people, RelationKind.RECRUITER)


def point_people(people: Sequence[Person]) -> Mapping[int, str]:
    return _others(people, RelationKind.POINT_PERSON)


def _others(people: Sequence[Person], kind: RelationKind) -> Mapping[int, str]:
    """Nobody is her own recruiter, as may be of two who were merged."""
    rows = Relation.objects.filter(person__in=people, kind=kind, other__erased_at=None).exclude(person=F("other"))
    return _joined((row.person_id, row.other.full_name) for row in rows.select_related("other").order_by("pk"))


def _joined(rows: Iterable[tuple[int, str]]) -> Mapping[int, str]:
    names = defaultdict(list)
    for pk, name in rows:
        names[pk].append(name)
    return {pk: ", ".join(told) for pk, told in names.items()}


LIST_COLUMNS = (
    ListColumn("employer", _("Employer"), employers, order=300),
    ListColumn("recruiter", _("Recruiter"), recruiters, order=310),
    ListColumn("point_person", _("Point person"), point_people, order=320),
)
