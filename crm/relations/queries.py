from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext as _

from crm.people.expressions import Folded, fold_text
from crm.people.models import Person, Tag
from crm.relations.enums import RelationKind
from crm.relations.identifiers import normalize_siren
from crm.relations.models import Affiliation, HouseholdMember, Organisation, OrganisationMerge, Relation
from shared.numbers import number

KEPT = timedelta(days=30)  # for so long a merge of organisations can be taken back
PAGE = 50
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Others:
    """People at one end of a tie: the first ones, and how many there are up to a hundred. `is_back`: she is the recruiter, or the point person, of them."""

    kind: str
    is_back: bool
    label: str
    people: Sequence[Person]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Ties:
    household: Sequence[Person]
    others: Sequence[Others]
    affiliations: Sequence[Affiliation]

    @property
    def is_empty(self) -> bool:
        return not (self.household or self.others or self.affiliations)


def ties_of(person: Person) -> Ties:
    """All that binds her, from both ends."""
    affiliations = Affiliation.objects.filter(person=person).prefetch_related("organisation").order_by("pk")
    return Ties(household_of(person), _others(person), list(affiliations[:SHOWN]))


def household_of(person: Person) -> list[Person]:
    """Who lives with her, without herself."""
    own = list(HouseholdMember.objects.filter(person=person).values_list("household", flat=True)[:1])
    if not own:
        return []
    found = Person.objects.alive().filter(households__household=own[0]).exclude(pk=person.pk)
    return list(found.order_by("pk"))


def _others(person: Person) -> list[Others]:
    """By what binds them to her, from which end. Most people have nobody, which a short question tells."""
    if not Relation.objects.filter(Q(person=person) | Q(other=person)).exists():
        return []
    labels = {
        (RelationKind.RECRUITER, False): _("Recruited by"),
        (RelationKind.POINT_PERSON, False): _("Point person"),
        (RelationKind.RECRUITER, True): _("Recruited"),
        (RelationKind.POINT_PERSON, True): _("Looks after"),
    }
    first, *more = (_ends(person, kind, back=back) for kind, back in labels)
    tied: dict[tuple[str, bool], list[int]] = {}
    for _pk, kind, back, pk in sorted(first.union(*more, all=True)):
        tied.setdefault((kind, back), []).append(pk)
    people = Person.objects.in_bulk([pk for ids in tied.values() for pk in ids[:SHOWN]]) if tied else {}
    return [
        Others(*key, label, [people[pk] for pk in tied[key][:SHOWN] if pk in people], max(0, len(tied[key]) - SHOWN))
        for key, label in labels.items()
        if key in tied
    ]


def _ends(person: Person, kind: str, *, back: bool) -> QuerySet[Any, Any]:
    """Two who were merged may have been tied to each other: nobody is her own recruiter."""
    end = "person" if back else "other"
    ties = Relation.objects.filter(kind=kind, **{"other" if back else "person": person}).exclude(person=F("other"))
    ties = ties.filter(**{f"{end}__erased_at": None}).annotate(back=Value(back)).order_by("pk")
    return ties.values_list("pk", "kind", "back", f"{end}_id")[:100]


def organisations_matching(text: str, *, kind: str = "", tag: int | None = None) -> QuerySet[Organisation]:
    """By words of the name, blind to accents and case, or by the SIREN."""
    found = Organisation.objects.present()
    found = found.filter(kind=kind) if kind else found
    found = found.tagged(tag) if tag else found
    if siren := normalize_siren(text):
        return found.filter(siren=siren)
    for word in fold_text(text).split():
        found = found.alias(blind=Folded("name")).filter(blind__contains=word)
    return found


def tags_of(organisation: Organisation, tags: Sequence[Tag]) -> list[Tag]:
    """Those of all tags that it carries, in their order."""
    return [tag for tag in tags if tag.pk in organisation.tag_ids]


def merges_to_take_back(organisation: Organisation, *, now: datetime) -> list[OrganisationMerge]:
    """What was merged into it in the last thirty days, newest first."""
    found = OrganisationMerge.objects.filter(kept=organisation, undone_at=None, at__gt=now - KEPT)
    return list(found.select_related("merged").order_by("-pk"))


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Any]
    after: str  # cursor of the next page, or nothing


def organisation_page(found: QuerySet[Organisation], *, after: str = "") -> Page:
    """By name. The thousandth page costs what the first does."""
    keyed = found.annotate(key=Folded("name"))
    name, _separator, pk = after.rpartition("|")
    if last_pk := number(pk):
        keyed = keyed.filter(key__gte=name).filter(Q(key__gt=name) | Q(id__gt=last_pk))
    rows = list(keyed.order_by("key", "id")[: PAGE + 1])
    last: Any = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], f"{last.key}|{last.pk}" if last else "")


def affiliation_page(organisation: Organisation, *, after: str = "") -> Page:
    rows = Affiliation.objects.filter(organisation=organisation, person__erased_at=None).select_related("person")
    rows = rows.filter(pk__gt=number(after))
    found = list(rows.order_by("pk")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")
