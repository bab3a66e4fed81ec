"""Whoever is in other segments, counted anew, or on a frozen list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.people.models import Person
from crm.segments.compiler import condition_of, met_by
from crm.segments.criteria.values import (
    by_words,
    check_integers,
    close_names,
    find_by_word,
    fold,
    joined_by,
    names_starting,
    read_entries,
    shortened,
    word_of,
)
from crm.segments.models import PeopleList, PeopleListMember, Segment
from crm.segments.references import tree_of_segment
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue
from shared.sampling import has_any


class _Named(Criterion):
    """Rows of a table chosen by their names."""

    heading = gettext_lazy("Other segments, random sample")
    needs_own_data = False  # the conditions of those segments are asked by themselves, those of a list stand with it
    table: Any = Segment

    def present(self) -> Any:
        """Those that may be counted on."""
        return self.table.objects.all()

    def offered(self) -> Any:
        """Those that may be chosen by their names."""
        return self.present()

    def check(self, value: object) -> list[int]:
        return check_integers(value, what=gettext_lazy("Name at least one."))

    def is_gone(self, value: list[int]) -> bool:
        return bool(self.present().filter(pk__in=value).count() < len(value))

    def read(self, raw: RawValue) -> list[int]:
        known = by_words(self.offered().values_list("pk", "name"))

        def read_one(entry: str) -> int:
            if pk := find_by_word(entry, known):
                return pk
            close = close_names(entry, self._words())
            raise CriterionInvalid(_("There is nothing called “%(entry)s”.") % {"entry": entry}, close)

        return self.check(read_entries(raw.text, read_one))

    def write(self, value: list[int]) -> RawValue:
        names = dict(self.table.objects.filter(pk__in=value).values_list("pk", "name"))
        return RawValue(text=", ".join(word_of(pk, names[pk]) if pk in names else f"#{pk}" for pk in value))

    def suggestions(self, text: str) -> list[str]:
        return names_starting(text, sorted(self._words(), key=fold))

    def _words(self) -> list[str]:
        return [word_of(pk, name) for pk, name in self.offered().values_list("pk", "name")]

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

    def selects(self, value: list[int]) -> bool:
        """One segment is what it is itself: its conditions are asked."""
        return self.is_outside or len(value) > 1

    def condition(self, value: list[int], *, now: datetime) -> Q:
        condition = Q(pk__in=[])
        for pk in value:
            node = tree_of_segment(pk)
            condition |= Q(pk__gt=0) if node is None else condition_of(node, now=now)
        return condition

    def evidences(self, value: list[int], people: Sequence[Person], *, now: datetime) -> Mapping[int, str]:
        inside = dict(zip(value, met_by([tree_of_segment(pk) for pk in value], people, now=now), strict=True))
        names = dict(zip(value, self._quoted(value), strict=True))
        met = {person.pk: [names[pk] for pk in value if person.pk in inside[pk]] for person in people}
        return {pk: _("is in %(segments)s") % {"segments": ", ".join(found)} for pk, found in met.items() if found}

    def inner(self, value: list[int]) -> Sequence[Any]:
        return [node for pk in value if (node := tree_of_segment(pk))]

    def named_inner(self, value: list[int]) -> Sequence[tuple[str, Any]]:
        return [(name, tree_of_segment(pk)) for pk, name in zip(value, self._quoted(value), strict=True)]

    def clause(self, value: list[int]) -> str:
        return _("are in the segment %(segments)s") % {"segments": self.either(value)}


class NotInSegment(InSegment):
    operator = "not_in"
    label = gettext_lazy("Is not in the segment")
    is_outside = True

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return ~super().condition(value, now=now)

    def clause(self, value: list[int]) -> str:
        return _("are not in the segment %(segments)s") % {"segments": self.either(value)}


class OnList(_Named):
    name = "list"
    operator = "in"
    label = gettext_lazy("Is on the list")
    field = Field("list", placeholder=gettext_lazy("Bus to the meeting, 4 March"))
    table = PeopleList

    def present(self) -> Any:
        return self.table.objects.filter(is_leaving=False)

    def offered(self) -> Any:
        return self.present().filter(is_written=True)

    def rests_on_opinion(self, value: list[int]) -> bool:
        return self.table.objects.filter(pk__in=value, has_opinion=True).exists()

    def rests_on_own_data(self, value: list[int]) -> bool:
        return self.table.objects.filter(pk__in=value, needs_own_data=True).exists()

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return has_any(PeopleListMember.objects.filter(people_list__in=value))

    def clause(self, value: list[int]) -> str:
        return _("are on the list %(lists)s") % {"lists": self.either(value)}


class NotOnList(OnList):
    operator = "not_in"
    label = gettext_lazy("Is not on the list")

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return ~super().condition(value, now=now)

    def clause(self, value: list[int]) -> str:
        return _("are not on the list %(lists)s") % {"lists": self.either(value)}


CRITERIA: tuple[Criterion, ...] = (InSegment(), NotInSegment(), OnList(), NotOnList())
