"""What people did, how often, when, by what; and its absence. The apps above register their own on the same bases."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from crm.people.activities import kind_of, known_kinds
from crm.people.models import Activity, Person
from crm.segments.criteria.periods import PARTS, check_period, day_text, period_text, read_period, within, write_period
from crm.segments.criteria.values import check_allowed, check_number, joined_by, read_number, shortened
from crm.segments.registry import Criterion, CriterionInvalid, Field, Part, RawValue, Text
from shared.sampling import has_any, is_sampling, of_person, sampled

MOST = 1000
DETAILS = ("form", "page", "title")
HOUSEKEEPING = ("erased", "merged", "parted")  # of the file: nobody is looked for by it
REST = gettext_lazy("What happened to them, or was noted")
TIMES = Part("times", "number", gettext_lazy("at least how many times"), unit=gettext_lazy("times or more"))
DETAIL = Part("detail", "text", gettext_lazy("of which the name contains"))


class DidSomething(Criterion):
    """Rows of one table about a person, counted in a period. What they are rows of is said by the classes below."""

    heading = gettext_lazy("What they did")
    needs_own_data = False
    absent = False  # the opposite: not even once

    @abstractmethod
    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        """Those that count, of everybody; each has a `person`."""

    def moment_column(self) -> str:
        return "at"

    @abstractmethod
    def check_what(self, value: dict[str, Any]) -> dict[str, Any]:
        """What they are rows of, in its canonical form, or CriterionInvalid."""

    @abstractmethod
    def read_what(self, raw: RawValue) -> dict[str, Any]:
        """The same, of what was typed."""

    @abstractmethod
    def write_what(self, value: dict[str, Any]) -> RawValue:
        """What the builder shows for it."""

    @abstractmethod
    def what_text(self, value: dict[str, Any], word: str) -> str:
        """The same in words, several joined by `word`."""

    def check(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or not set(value) <= self.keys():
            raise CriterionInvalid(_("This condition is not understood."))
        checked = self.check_what(value)
        times = check_number(value.get("times", 1), low=1, high=MOST)
        if times > 1 and not self.absent:
            checked["times"] = times
        if period := check_period(value.get("period", {})):
            checked["period"] = period
        return checked

    def keys(self) -> set[str]:
        return {"times", "period"}

    def condition(self, value: dict[str, Any], *, now: datetime) -> Q:
        rows, times = self.rows(value, now=now).order_by(), value.get("times", 1)
        if self.absent:
            return ~has_any(rows)
        if times == 1:
            return has_any(rows)
        if is_sampling():  # so few rows are soon counted, of all the people at once
            often = sampled(rows).values("person").alias(times=Count("pk")).filter(times__gte=times)
            return Q(pk__in=often.values("person"))
        # The first of them finds people by an index; the last is then looked for among the few of each.
        return has_any(rows) & Q(Exists(of_person(rows)[times - 1 :]))

    def evidences(self, value: dict[str, Any], people: Sequence[Person], *, now: datetime) -> Mapping[int, str]:
        if self.absent:
            return {}
        found = self.rows(value, now=now).order_by().filter(person__in=people).values_list("person")
        return {
            pk: _how_often(times, last) for pk, times, last in found.annotate(Count("pk"), Max(self.moment_column()))
        }

    def read(self, raw: RawValue) -> dict[str, Any]:
        value: dict[str, Any] = {**self.read_what(raw), "period": read_period(raw)}
        if not self.absent and raw.part("times"):
            value["times"] = read_number(raw.part("times"), low=1, high=MOST)
        return self.check(value)

    def write(self, value: dict[str, Any]) -> RawValue:
        what = self.write_what(value)
        parts = {**what.parts, **write_period(value.get("period", {}))}
        if not self.absent:
            parts["times"] = str(value.get("times", 1))
        return RawValue(text=what.text, picked=what.picked, parts=parts)

    def value_text(self, value: dict[str, Any]) -> str:
        times = value.get("times", 1)
        often = ngettext("%(count)s time or more", "%(count)s times or more", times) % {"count": times}
        parts = [self.what_text(value, pgettext("list", "or")), often if times > 1 else ""]
        return ", ".join(part for part in [*parts, period_text(value.get("period", {}))] if part)


class ActivityDone(DidSomething):
    name = "activity"
    operator = "done"
    label = pgettext_lazy("segment", "Did")
    field = Field("pick", parts=(TIMES, DETAIL, *PARTS))

    def options(self, raw: RawValue) -> list[tuple[str, Text]]:
        return _offered(also=raw.picked)

    def keys(self) -> set[str]:
        return {"kinds", "detail", "times", "period"}

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        found = Activity.objects.filter(within("at", value.get("period", {}), now=now), kind__in=value["kinds"])
        if detail := value.get("detail"):
            found = found.filter(_mentions(detail))
        return found

    def check_what(self, value: dict[str, Any]) -> dict[str, Any]:
        known = [kind.key for kind in known_kinds()]
        checked: dict[str, Any] = {
            "kinds": check_allowed(value.get("kinds"), known, what=gettext_lazy("Tick at least one choice."))
        }
        detail = value.get("detail", "")
        if not isinstance(detail, str) or len(detail) > 100:
            raise CriterionInvalid(_("This text is too long."))
        if detail.strip():
            checked["detail"] = detail.strip()
        return checked

    def read_what(self, raw: RawValue) -> dict[str, Any]:
        return {"kinds": list(raw.picked), "detail": raw.part("detail")}

    def write_what(self, value: dict[str, Any]) -> RawValue:
        return RawValue(picked=tuple(value["kinds"]), parts={"detail": value.get("detail", "")})

    def what_text(self, value: dict[str, Any], word: str) -> str:
        quoted = [_("“%(name)s”") % {"name": kind_of(key).label} for key in value["kinds"]]
        text = joined_by(word, shortened(quoted))
        detail = value.get("detail")
        return _("%(what)s with “%(detail)s”") % {"what": text, "detail": detail} if detail else text

    def clause(self, value: dict[str, Any]) -> str:
        return _("have in their history: %(what)s") % {"what": self.value_text(value)}


class ActivityNotDone(ActivityDone):
    operator = "not_done"
    label = pgettext_lazy("segment", "Did not do")
    field = Field("pick", parts=(DETAIL, *PARTS))
    absent = True

    def clause(self, value: dict[str, Any]) -> str:
        return _("do not have in their history: %(what)s") % {"what": self.value_text(value)}


def _offered(also: Collection[str] = ()) -> list[tuple[str, Text]]:
    """What people did themselves, then the rest below a heading."""
    kinds = [kind for kind in known_kinds() if kind.key not in HOUSEKEEPING or kind.key in also]
    own: list[tuple[str, Text]] = [(kind.key, kind.label) for kind in kinds if kind.own]
    return [*own, ("", REST), *((kind.key, kind.label) for kind in kinds if not kind.own)]


def _how_often(times: int, last: datetime) -> str:
    text = ngettext("once, on %(day)s", "%(count)s times, the last on %(day)s", times)
    return text % {"count": times, "day": day_text(last)}


def _mentions(detail: str) -> Q:
    """In the form, the page or the title that the activity tells of, or in the source that it came by."""
    condition = Q(source_reference__icontains=detail)
    for key in DETAILS:
        condition |= Q(**{f"payload__{key}__icontains": detail})
    return condition


CRITERIA: tuple[Criterion, ...] = (ActivityDone(), ActivityNotDone())
