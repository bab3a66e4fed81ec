"""Conditions on the campaign's own fields: one for each question that a field's kind lets one ask. Made when they are asked for.

{"field:3": {"between": [1, null]}}, by the field's key; choices by their ids.
"""

import json
from abc import abstractmethod
from collections.abc import Callable
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Value
from django.db.models.lookups import Contains, GreaterThanOrEqual, LessThanOrEqual
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.fields.queries import active_fields, find_field
from crm.fields.values import DECIMALS, LARGEST, LONGEST, ValueUnreadable, read_value, shown_value
from crm.people.expressions import CustomText, CustomValue, Folded, HasCustom, JsonLiteral, fold_text
from crm.people.models import Person
from crm.segments.criteria.values import check_date, check_integers, check_strings, check_true, joined_by, lines_in
from crm.segments.registry import Criterion, CriterionInvalid, Field, Part, RawValue
from shared.numbers import INTEGER, number, numbers

PREFIX = "field:"


class _OnField(Criterion):
    def __init__(self, field: CustomField) -> None:
        self.custom = field
        self.key_text = str(field.key)
        self.name = f"{PREFIX}{field.key}"
        self.heading = _("Your own fields")
        self.is_opinion = field.is_sensitive
        self.label = self.words() % {"field": field.name}

    @abstractmethod
    def words(self) -> str:
        """The label, with %(field)s for the field's name."""

    def has_one(self) -> Q:
        return Q(HasCustom("custom", key=self.custom.key))

    def equals(self, value: Any) -> Q:
        """By the index, which leaves people without any value alone."""
        return ~Q(custom={}) & Q(custom__contains={self.key_text: value})

    def held(self, person: Person) -> Any:
        return person.custom.get(self.key_text)

    def evidence(self, value: Any, person: Person, *, now: datetime) -> str:
        held = self.held(person)
        if held is None:
            return ""
        return _("%(label)s: %(value)s") % {"label": self.custom.name, "value": shown_value(self.custom, held)}

    def clause(self, value: Any) -> str:
        return _("have “%(field)s”: %(value)s") % {"field": self.custom.name, "value": self.value_text(value)}


class _Plain(_OnField):
    """The condition says it all, and the answer first: a long name is cut off in the builder."""

    field = Field("none")

    def check(self, value: object) -> bool:
        return check_true(value)

    def read(self, raw: RawValue) -> bool:
        return True

    def write(self, value: bool) -> RawValue:
        return RawValue()

    def value_text(self, value: bool) -> str:
        return ""


class IsFilled(_Plain):
    operator = "filled"

    def words(self) -> str:
        return _("Known: %(field)s")

    def condition(self, value: bool, *, now: datetime) -> Q:
        return self.has_one()

    def clause(self, value: bool) -> str:
        return _("have a known “%(field)s”") % {"field": self.custom.name}


class IsEmpty(_Plain):
    operator = "empty"

    def words(self) -> str:
        return _("Not known: %(field)s")

    def condition(self, value: bool, *, now: datetime) -> Q:
        return ~self.has_one()

    def clause(self, value: bool) -> str:
        return _("have no known “%(field)s”") % {"field": self.custom.name}


class IsYes(_Plain):
    operator = "yes"
    answer = True

    def words(self) -> str:
        return _("Yes: %(field)s")

    def condition(self, value: bool, *, now: datetime) -> Q:
        return self.equals(self.answer)

    def clause(self, value: bool) -> str:
        return _("said yes to “%(field)s”") % {"field": self.custom.name}


class IsNo(IsYes):
    operator = "no"
    answer = False

    def words(self) -> str:
        return _("No: %(field)s")

    def clause(self, value: bool) -> str:
        return _("said no to “%(field)s”") % {"field": self.custom.name}


class IsChosen(_OnField):
    """One of these; of several choices, any of them."""

    operator = "in"

    def __init__(self, field: CustomField) -> None:
        super().__init__(field)
        names = field.choice_names
        self.field = Field("pick", options=lambda: [(str(pk), name) for pk, name in names.items()])

    def words(self) -> str:
        return _("%(field)s: is one of")

    def check(self, value: object) -> list[int]:
        entries = check_integers(value, what=_("Tick at least one choice."))
        if not set(entries) <= set(self.custom.choice_names):
            raise CriterionInvalid(_("A choice is no longer there."))
        return entries

    def condition(self, value: list[int], *, now: datetime) -> Q:
        several = self.custom.kind == FieldKind.CHOICES
        either = [Q(custom__contains={self.key_text: [pk] if several else pk}) for pk in value]
        return ~Q(custom={}) & reduce(or_, either)

    def read(self, raw: RawValue) -> list[int]:
        return self.check(numbers(raw.picked, most=INTEGER))

    def write(self, value: list[int]) -> RawValue:
        return RawValue(picked=tuple(map(str, value)))

    def value_text(self, value: list[int]) -> str:
        names = self.custom.choice_names
        return joined_by(pgettext("list", "or"), [names[pk] for pk in value])


class TextIs(_OnField):
    """As it is written, to the letter: what the index knows."""

    operator = "is"
    field = Field("lines", placeholder=gettext_lazy("one answer on each line"))

    def words(self) -> str:
        return _("%(field)s: is exactly one of")

    def check(self, value: object) -> list[str]:
        return check_strings(value, what=_("A word is expected."), longest=LONGEST)

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return reduce(or_, [self.equals(text) for text in value])

    def read(self, raw: RawValue) -> list[str]:
        return self.check(lines_in(raw.text))

    def write(self, value: list[str]) -> RawValue:
        return RawValue(text="\n".join(value))

    def value_text(self, value: list[str]) -> str:
        return joined_by(pgettext("list", "or"), [_("“%(name)s”") % {"name": text} for text in value])


class TextContains(_OnField):
    operator = "contains"
    field = Field("text")

    def words(self) -> str:
        return _("%(field)s: contains")

    def check(self, value: object) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= 100:
            raise CriterionInvalid(_("A word is expected."))
        return " ".join(value.split())

    def condition(self, value: str, *, now: datetime) -> Q:
        folded = Folded(CustomText("custom", key=self.custom.key))
        return self.has_one() & Q(Contains(folded, Value(fold_text(value))))

    def read(self, raw: RawValue) -> str:
        return self.check(raw.text)

    def write(self, value: str) -> RawValue:
        return RawValue(text=value)

    def value_text(self, value: str) -> str:
        return _("“%(name)s”") % {"name": value}


class _Between(_OnField):
    """Ends included, either may be open."""

    operator = "between"

    def words(self) -> str:
        return _("%(field)s: is between")

    def check(self, value: object) -> list[Any]:
        if not isinstance(value, list) or len(value) != 2 or value == [None, None]:
            raise CriterionInvalid(_("Give at least one end."))
        low, high = (None if end is None else self.check_end(end) for end in value)
        if low is not None and high is not None and low > high:
            raise CriterionInvalid(_("The first one must be the smaller one."))
        return [low, high]

    @abstractmethod
    def check_end(self, end: object) -> Any:
        """One end in its canonical form, or CriterionInvalid."""

    @abstractmethod
    def end_text(self, end: Any) -> str: ...

    def condition(self, value: list[Any], *, now: datetime) -> Q:
        low, high = value
        held = CustomValue("custom", key=self.custom.key)
        condition = self.has_one()
        if low is not None:
            condition &= Q(GreaterThanOrEqual(held, JsonLiteral(Value(json.dumps(low)))))
        if high is not None:
            condition &= Q(LessThanOrEqual(held, JsonLiteral(Value(json.dumps(high)))))
        return condition

    def value_text(self, value: list[Any]) -> str:
        low, high = value
        if low is None:
            return _("up to %(high)s") % {"high": self.end_text(high)}
        if high is None:
            return _("from %(low)s on") % {"low": self.end_text(low)}
        return self.both_text() % {"low": self.end_text(low), "high": self.end_text(high)}

    def both_text(self) -> str:
        return _("from %(low)s to %(high)s")


class NumberBetween(_Between):
    field = Field("range")

    def check_end(self, end: object) -> int | float:
        if isinstance(end, bool) or not isinstance(end, int | float) or not -LARGEST <= end <= LARGEST:
            raise CriterionInvalid(_("A number is expected."))
        return int(end) if end == int(end) else round(end, DECIMALS)

    def end_text(self, end: Any) -> str:
        return str(number_format(end, use_l10n=True, force_grouping=True))

    def read(self, raw: RawValue) -> list[Any]:
        try:
            return self.check([read_value(self.custom, end) for end in (raw.low, raw.high)])
        except ValueUnreadable:
            raise CriterionInvalid(_("A number is expected.")) from None

    def write(self, value: list[Any]) -> RawValue:
        low, high = ("" if end is None else str(end) for end in value)
        return RawValue(low=low, high=high)


class DateBetween(_Between):
    def __init__(self, field: CustomField) -> None:
        super().__init__(field)
        ends = [("since", pgettext("period", "from")), ("until", pgettext("period", "to"))]
        self.field = Field("none", parts=tuple(Part(name, "date", label) for name, label in ends))

    def check_end(self, end: object) -> str:
        return check_date(end)

    def end_text(self, end: Any) -> str:
        return date_format(date.fromisoformat(end), "DATE_FORMAT")

    def both_text(self) -> str:
        return pgettext("period", "from %(low)s to %(high)s")

    def read(self, raw: RawValue) -> list[Any]:
        return self.check([raw.part(name) or None for name in ("since", "until")])

    def write(self, value: list[Any]) -> RawValue:
        return RawValue(parts={name: end or "" for name, end in zip(("since", "until"), value, strict=True)})


KINDS: dict[FieldKind, tuple[Callable[[CustomField], Criterion], ...]] = {
    FieldKind.TEXT: (TextContains, TextIs, IsFilled, IsEmpty),
    FieldKind.NUMBER: (NumberBetween, IsFilled, IsEmpty),
    FieldKind.DATE: (DateBetween, IsFilled, IsEmpty),
    FieldKind.CHOICE: (IsChosen, IsFilled, IsEmpty),
    FieldKind.CHOICES: (IsChosen, IsFilled, IsEmpty),
    FieldKind.YES_NO: (IsYes, IsNo, IsFilled, IsEmpty),
}


def criteria_offered() -> list[Criterion]:
    return [make(field) for field in active_fields() for make in KINDS[FieldKind(field.kind)]]


def criteria_named(name: str) -> list[Criterion]:
    """An archived field is offered no more, and still understood where a segment counts on it."""
    key = number(name.removeprefix(PREFIX), most=INTEGER) if name.startswith(PREFIX) else 0
    field = find_field(key) if key else None
    return [make(field) for make in KINDS[FieldKind(field.kind)]] if field else []
