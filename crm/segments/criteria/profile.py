"""What is written on a person's card beside age, place and tags."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, Value
from django.db.models.lookups import Contains
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crm.consent.enums import Relationship
from crm.people.expressions import Folded, fold_text
from crm.people.models import Person
from crm.segments.criteria.choices import Choices, ticks
from crm.segments.criteria.values import check_integers, joined_by, shortened
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue, Text
from shared.numbers import numbers

RELATIONSHIPS: dict[str, Text] = {str(kind.value): kind.label for kind in Relationship}
MONTH_CHOICES: dict[str, Text] = {str(number): name for number, name in MONTHS.items()}
CONTACTS: dict[str, Text] = {
    "email": gettext_lazy("an e-mail address"),
    "phone": gettext_lazy("a telephone number"),
    "street": gettext_lazy("a postal address"),
}


class RelationshipIs(Choices):
    name = "relationship"
    operator = "in"
    label = gettext_lazy("Has the relationship")
    choices = RELATIONSHIPS
    field = ticks(RELATIONSHIPS)

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(relationship__in=value)

    def clause(self, value: list[str]) -> str:
        return _("are known as %(relationships)s") % {"relationships": self.either(value)}


class HasContact(Choices):
    """One of them is enough, whether the campaign may use it or not."""

    name = "contact"
    operator = "has"
    label = gettext_lazy("Has given")
    choices = CONTACTS
    field = ticks(CONTACTS)

    def condition(self, value: list[str], *, now: datetime) -> Q:
        condition = Q()
        for column in value:
            condition |= Q(**{f"{column}__gt": ""})
        return condition

    def clause(self, value: list[str]) -> str:
        return _("have given %(contacts)s") % {"contacts": self.either(value)}


class HasNoContact(HasContact):
    operator = "lacks"
    label = gettext_lazy("Has not given")

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(**dict.fromkeys(value, ""))

    def clause(self, value: list[str]) -> str:
        return _("have given neither of these: %(contacts)s") % {"contacts": ", ".join(self.labels(value))}


class BirthdayIn(Choices):
    name = "birthday"
    operator = "months"
    label = gettext_lazy("Has a birthday in")
    choices = MONTH_CHOICES
    field = ticks(MONTH_CHOICES)

    def check(self, value: object) -> list[str]:
        return sorted(super().check(value), key=int)

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(birth_date__isnull=False, birth_date__month__in=[int(month) for month in value])

    def clause(self, value: list[str]) -> str:
        return _("have their birthday in %(months)s") % {"months": self.either(value)}


class Occupation(Criterion):
    name = "occupation"
    operator = "contains"
    label = gettext_lazy("Has an occupation that contains")
    field = Field("text", placeholder=gettext_lazy("nurse"))

    def check(self, value: object) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= 100:
            raise CriterionInvalid(_("A word is expected."))
        return " ".join(value.split())

    def condition(self, value: str, *, now: datetime) -> Q:
        return Q(Contains(Folded("occupation"), Value(fold_text(value))))

    def evidence(self, value: str, person: Person, *, now: datetime) -> str:
        return person.occupation

    def read(self, raw: RawValue) -> str:
        return self.check(raw.text)

    def write(self, value: str) -> RawValue:
        return RawValue(text=value)

    def value_text(self, value: str) -> str:
        return _("“%(name)s”") % {"name": value}

    def clause(self, value: str) -> str:
        return _("have an occupation with “%(word)s” in it") % {"word": value}


class AddedBy(Criterion):
    """Whose hand, or whose import, the person came by."""

    name = "added"
    operator = "by"
    label = gettext_lazy("Was added by")
    heading = pgettext_lazy("segment", "Where they come from")
    needs_own_data = False
    field = Field("pick", options=lambda: list(_team().items()))

    def check(self, value: object) -> list[int]:
        return check_integers(value, what=gettext_lazy("Tick at least one choice."))

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return Q(actor_id__isnull=False, actor_id__in=value)

    def read(self, raw: RawValue) -> list[int]:
        return self.check(numbers(raw.picked))

    def write(self, value: list[int]) -> RawValue:
        return RawValue(picked=tuple(map(str, value)))

    def value_text(self, value: list[int]) -> str:
        return ", ".join(self._names(value))

    def clause(self, value: list[int]) -> str:
        return _("were added by %(who)s") % {"who": joined_by(pgettext("list", "or"), shortened(self._names(value)))}

    def _names(self, value: list[int]) -> list[str]:
        team = _team()
        return [str(team.get(str(pk), _("somebody who left the team"))) for pk in value]


def _team() -> dict[str, Text]:
    members: Any = get_user_model().objects.order_by("first_name", "last_name", "pk")
    return {str(user.pk): user.get_full_name() or user.get_username() for user in members}


CRITERIA: tuple[Criterion, ...] = (
    RelationshipIs(),
    HasContact(),
    HasNoContact(),
    BirthdayIn(),
    Occupation(),
    AddedBy(),
)
