"""Whom people are tied to, as conditions of segments."""

from datetime import datetime
from itertools import chain
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.people.models import Person
from crm.relations.enums import AffiliationKind, RelationKind
from crm.relations.models import Affiliation, HouseholdMember, Organisation, Relation
from crm.relations.naming import (
    names_of,
    organisation_word,
    organisations_starting,
    people_starting,
    read_organisations,
    read_person,
)
from crm.segments.criteria.values import check_integers, check_true, joined_by, read_entries, shortened
from crm.segments.registry import Criterion, Field, RawValue

HEADING = gettext_lazy("Whom they belong with")


class _ByPeople(Criterion):
    """People chosen by other people. Whoever was merged since is the one who was kept."""

    heading = HEADING
    needs_own_data = False
    field = Field("list", placeholder=gettext_lazy("ada@example.org"))

    def check(self, value: object) -> list[int]:
        return check_integers(value, what=gettext_lazy("Name at least one person."))

    def read(self, raw: RawValue) -> list[int]:
        return self.check(read_entries(raw.text, read_person))

    def write(self, value: list[int]) -> RawValue:
        return RawValue(text=", ".join(names_of(value)))

    def suggestions(self, text: str) -> list[str]:
        return people_starting(text)

    def value_text(self, value: list[int]) -> str:
        return ", ".join(names_of(value))

    def either(self, value: list[int]) -> str:
        return joined_by(pgettext("list", "or"), shortened(names_of(value)))

    def meant(self, value: list[int]) -> Any:
        return Person.objects.filter(pk__in=value).values(present=Coalesce("merged_into_id", "id"))


class _Related(_ByPeople):
    operator = "by"
    kind: ClassVar[RelationKind]

    def condition(self, value: list[int], *, now: datetime) -> Q:
        rows = Relation.objects.filter(person=OuterRef("pk"), kind=self.kind, other__in=self.meant(value))
        return Q(Exists(rows))


class RecruitedBy(_Related):
    name = "recruited"
    label = gettext_lazy("Was recruited by")
    kind = RelationKind.RECRUITER

    def clause(self, value: list[int]) -> str:
        return _("were recruited by %(people)s") % {"people": self.either(value)}


class LookedAfterBy(_Related):
    name = "point_person"
    label = gettext_lazy("Has as point person")
    kind = RelationKind.POINT_PERSON

    def clause(self, value: list[int]) -> str:
        return _("are looked after by %(people)s") % {"people": self.either(value)}


class InHouseholdWith(_ByPeople):
    name = "household"
    operator = "with"
    label = gettext_lazy("Lives in the household of")

    def condition(self, value: list[int], *, now: datetime) -> Q:
        theirs = HouseholdMember.objects.filter(person__in=self.meant(value)).values("household")
        return Q(Exists(HouseholdMember.objects.filter(person=OuterRef("pk"), household__in=theirs)))

    def clause(self, value: list[int]) -> str:
        return _("live in the household of %(people)s") % {"people": self.either(value)}


class SharesHousehold(Criterion):
    name = "household"
    operator = "shared"
    label = gettext_lazy("Lives with somebody we know")
    heading = HEADING
    needs_own_data = False
    field = Field("none")

    def check(self, value: object) -> bool:
        return check_true(value)

    def condition(self, value: bool, *, now: datetime) -> Q:
        same = HouseholdMember.objects.filter(household=OuterRef("household"), person__erased_at=None)
        alone = HouseholdMember.objects.filter(person=OuterRef("pk"))
        return Q(Exists(alone.filter(Exists(same.exclude(person=OuterRef("person"))))))

    def read(self, raw: RawValue) -> bool:
        return True

    def write(self, value: bool) -> RawValue:
        return RawValue()

    def value_text(self, value: bool) -> str:
        return ""

    def clause(self, value: bool) -> str:
        return _("live with somebody we know")


class WorksFor(Criterion):
    name = "organisation"
    operator = "works"
    label = gettext_lazy("Works for")
    heading = HEADING
    field = Field("list", placeholder=gettext_lazy("Atelier du port"))
    kind: ClassVar[AffiliationKind] = AffiliationKind.WORKS

    def check(self, value: object) -> list[int]:
        return check_integers(value, what=gettext_lazy("Name at least one organisation."))

    def condition(self, value: list[int], *, now: datetime) -> Q:
        meant = Organisation.objects.filter(pk__in=value).values(present=Coalesce("merged_into_id", "id"))
        rows = Affiliation.objects.filter(person=OuterRef("pk"), kind=self.kind, organisation__in=meant)
        return Q(Exists(rows))

    def read(self, raw: RawValue) -> list[int]:
        return self.check(list(chain.from_iterable(read_entries(raw.text, read_organisations))))

    def write(self, value: list[int]) -> RawValue:
        rows = Organisation.objects.filter(pk__in=value).select_related("merged_into")
        found = {one.pk: organisation_word(one.merged_into or one) for one in rows}
        return RawValue(text=", ".join(dict.fromkeys(found.get(pk, f"(#{pk})") for pk in value)))

    def suggestions(self, text: str) -> list[str]:
        return organisations_starting(text)

    def value_text(self, value: list[int]) -> str:
        return ", ".join(self._quoted(value))

    def clause(self, value: list[int]) -> str:
        return _("work for %(organisations)s") % {"organisations": self.either(value)}

    def either(self, value: list[int]) -> str:
        return joined_by(pgettext("list", "or"), shortened(self._quoted(value)))

    def _names(self, value: list[int]) -> list[str]:
        name = Coalesce("merged_into__name", "name")
        names = dict(Organisation.objects.filter(pk__in=value).values_list("pk", name))
        return [names.get(pk) or _("an organisation that was deleted") for pk in value]

    def _quoted(self, value: list[int]) -> list[str]:
        return [_("“%(name)s”") % {"name": name} for name in dict.fromkeys(self._names(value))]


class Represents(WorksFor):
    operator = "represents"
    label = gettext_lazy("Represents")
    kind = AffiliationKind.REPRESENTS

    def clause(self, value: list[int]) -> str:
        return _("represent %(organisations)s") % {"organisations": self.either(value)}


CRITERIA: tuple[Criterion, ...] = (
    RecruitedBy(),
    LookedAfterBy(),
    InHouseholdWith(),
    SharesHousehold(),
    WorksFor(),
    Represents(),
)
