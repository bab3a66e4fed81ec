"""Whoever is in other segments, counted anew, or on a frozen list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.people.models import Person
from crm.segments.compiler import condition_of, holds
from crm.segments.criteria.values import (
    check_integers,
    close_names,
    entries_in,
    fold,
    joined_by,
    names_starting,
    shortened,
)
from crm.segments.models import PeopleList, PeopleListMember, Segment
from crm.segments.references import tree_of_segment
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue


class _Named(Criterion):
    """Rows of a table chosen by their names."""

    heading = gettext_lazy("Other segments, chance")
    needs_own_data = False  # the conditions of those segments are asked by themselves
    table: Any = Segment

    def check(self, value: object) -> list[int]:
        ids = check_integers(value, what=gettext_lazy("Name at least one."))
        if self.table.objects.filter(pk__in=ids).count() < len(ids):
            raise CriterionInvalid(_("What this condition counts on was deleted."))
        return ids

    def read(self, raw: RawValue) -> list[int]:
        ids = {fold(_typed(name)): pk for pk, name in self.table.objects.values_list("pk", "name")}
        found: list[int] = []
        for entry in entries_in(raw.text):
            if fold(entry) not in ids:
                names = list(self.table.objects.values_list("name", flat=True))
                raise CriterionInvalid(
                    _("There is nothing called “%(entry)s”.") % {"entry": entry}, close_names(entry, names)
                )
            found.append(ids[fold(entry)])
        return self.check(found)

    def write(self, value: list[int]) -> RawValue:
        names = dict(self.table.objects.filter(pk__in=value).values_list("pk", "name"))
        return RawValue(text=", ".join(_typed(names.get(pk, f"#{pk}")) for pk in value))

    def suggestions(self, text: str) -> list[str]:
        return names_starting(text, sorted(map(_typed, self.table.objects.values_list("name", flat=True)), key=fold))

    def value_text(self, value: list[int]) -> str:
        return ", ".join(self._quoted(value))

    def either(self, value: list[int]) -> str:
        return joined_by(pgettext("list", "or"), shortened(self._quoted(value)))

    def _quoted(self, value: Sequence[int]) -> list[str]:
        names = dict(self.table.objects.filter(pk__in=value).values_list("pk", "name"))
        return [_("“%(name)s”") % {"name": names.get(pk) or _("deleted")} for pk in value]


class InSegment(_Named):
    name = "segment"
    operator = "in"
    label = gettext_lazy("Is in the segment")
    field = Field("list", placeholder=gettext_lazy("Volunteers of Marseille"))

    def condition(self, value: list[int], *, now: datetime) -> Q:
        condition = Q(pk__in=[])
        for pk in value:
            node = tree_of_segment(pk)
            condition |= Q(pk__gt=0) if node is None else condition_of(node, now=now)
        return condition

    def holds(self, value: list[int], person: Person, *, now: datetime) -> bool:
        return any(holds(tree_of_segment(pk), person, now=now) for pk in value)

    def evidence(self, value: list[int], person: Person, *, now: datetime) -> str:
        met = [pk for pk in value if holds(tree_of_segment(pk), person, now=now)]
        return _("is in %(segments)s") % {"segments": ", ".join(self._quoted(met))} if met else ""

    def inner(self, value: list[int]) -> Sequence[Any]:
        return [node for pk in value if (node := tree_of_segment(pk))]

    def clause(self, value: list[int]) -> str:
        return _("are in the segment %(segments)s") % {"segments": self.either(value)}


class NotInSegment(InSegment):
    operator = "not_in"
    label = gettext_lazy("Is not in the segment")

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return ~super().condition(value, now=now)

    def holds(self, value: list[int], person: Person, *, now: datetime) -> bool:
        return not super().holds(value, person, now=now)

    def clause(self, value: list[int]) -> str:
        return _("are not in the segment %(segments)s") % {"segments": self.either(value)}


class OnList(_Named):
    name = "list"
    operator = "in"
    label = gettext_lazy("Is on the list")
    field = Field("list", placeholder=gettext_lazy("Bus to the meeting, 4 March"))
    table = PeopleList

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return Q(Exists(PeopleListMember.objects.filter(person=OuterRef("pk"), people_list__in=value)))

    def clause(self, value: list[int]) -> str:
        return _("are on the list %(lists)s") % {"lists": self.either(value)}


class NotOnList(OnList):
    operator = "not_in"
    label = gettext_lazy("Is not on the list")

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return ~super().condition(value, now=now)

    def clause(self, value: list[int]) -> str:
        return _("are not on the list %(lists)s") % {"lists": self.either(value)}


def _typed(name: str) -> str:
    """As it stands among others: a comma separates them."""
    return name.replace(",", " ").replace(";", " ")


CRITERIA: tuple[Criterion, ...] = (InSegment(), NotInSegment(), OnList(), NotOnList())
