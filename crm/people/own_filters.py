"""The list of people by the campaign's own fields: filters of its form, and orders.

In a query string field 3 is `f3`; where from and to are asked, `f3` and `f3-to`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import F, Func, IntegerField, Q, Value
from django.db.models.lookups import Contains, GreaterThanOrEqual, LessThanOrEqual
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields.enums import CHOSEN, ORDERED, FieldKind
from crm.fields.models import CustomField
from crm.fields.queries import find_field
from crm.fields.values import ValueUnreadable, read_value, shown_value
from crm.people.expressions import CustomText, CustomValue, Folded, HasCustom, JsonLiteral, fold_text
from crm.people.paging import NEWEST, Key, Stretch
from shared.widgets import LightSelect

NAME = re.compile(r"^f(\d{1,5})(-to)?$")
KNOWN, UNKNOWN = "known", "unknown"
ANSWERS: list[tuple[str, str | Promise]] = [(KNOWN, gettext_lazy("known")), (UNKNOWN, gettext_lazy("not known"))]
SORTED = (FieldKind.TEXT, *ORDERED, FieldKind.CHOICE, FieldKind.YES_NO)


@dataclass(frozen=True, slots=True)
class OwnFilter:
    """`value` in the JSON form of its field's kind, or a word that is looked for in a text."""

    key: int
    kind: FieldKind
    value: Any
    is_end: bool = False


def is_own(name: str) -> bool:
    return NAME.match(name) is not None


def own_name(field: CustomField) -> str:
    return f"f{field.key}"


def name_behind(name: str) -> str:
    """What the campaign calls the field of `f3`, archived or not; the parameter itself where there is none."""
    found = NAME.match(name)
    field = find_field(int(found[1])) if found else None
    return field.name if field else name


def form_fields(fields: Sequence[CustomField]) -> dict[str, forms.Field]:
    """What the list asks of each field: for numbers and dates from and to, for choices one of them."""
    asked: dict[str, forms.Field] = {}
    for field in fields:
        name = own_name(field)
        if field.kind in ORDERED:
            asked[name] = Told(field, label=_("%(field)s, from") % {"field": field.name})
            asked[f"{name}-to"] = Told(field, label=_("%(field)s, to") % {"field": field.name})
        elif field.kind == FieldKind.TEXT:
            asked[name] = forms.CharField(label=field.name, required=False, max_length=100)
        else:
            asked[name] = _Chosen(field)
    return asked


def own_filters(fields: Sequence[CustomField], told: Mapping[str, Any]) -> tuple[OwnFilter, ...]:
    """Of what a form has understood."""
    by_name = {own_name(field): field for field in fields}
    found = [(NAME.match(name), value) for name, value in told.items()]
    return tuple(
        OwnFilter(field.key, FieldKind(field.kind), value, is_end=bool(match[2]))
        for match, value in found
        if match and (field := by_name.get(f"f{match[1]}"))
    )


def own_condition(asked: OwnFilter) -> Q:
    """Whoever has no value is left alone by the index, where there is one."""
    has_one = Q(HasCustom("custom", key=asked.key))
    held = CustomValue("custom", key=asked.key)
    if asked.value in (KNOWN, UNKNOWN) and asked.kind not in (*ORDERED, FieldKind.TEXT):
        return has_one if asked.value == KNOWN else ~has_one
    if asked.kind in ORDERED:
        end = JsonLiteral(Value(json.dumps(asked.value)))
        return has_one & Q(LessThanOrEqual(held, end) if asked.is_end else GreaterThanOrEqual(held, end))
    if asked.kind == FieldKind.TEXT:
        return has_one & Q(Contains(Folded(CustomText("custom", key=asked.key)), Value(fold_text(asked.value))))
    value = [asked.value] if asked.kind == FieldKind.CHOICES else asked.value
    return ~Q(custom={}) & Q(custom__contains={str(asked.key): value})


def own_orders(fields: Sequence[CustomField]) -> list[tuple[str, str]]:
    return [(own_name(field), _("by “%(field)s”") % {"field": field.name}) for field in fields if field.kind in SORTED]


def own_stretches(field: CustomField) -> tuple[Stretch, Stretch]:
    """Those whose value is known by it, then all the others, newest first."""
    has_one = Q(HasCustom("custom", key=field.key))
    known = Stretch((_key_of(field), Key("id", int)), only=has_one, annotations={"own_key": _expression(field)})
    return known, Stretch(NEWEST.keys, is_downwards=True, only=~has_one)


def _expression(field: CustomField) -> Any:
    if field.kind == FieldKind.TEXT:
        return Folded(CustomText("custom", key=field.key))
    if field.kind == FieldKind.CHOICE:
        return _Position(F("custom"), key=field.key, ids=", ".join(f"'{pk}'" for pk in field.choice_names) or "''")
    return CustomValue("custom", key=field.key)


def _key_of(field: CustomField) -> Key:
    if field.kind == FieldKind.TEXT:
        return Key("own_key", str)
    if field.kind == FieldKind.CHOICE:
        return Key("own_key", int)
    return Key("own_key", _plain, compared=lambda value: JsonLiteral(Value(json.dumps(value))))


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        raise TypeError
    return value


class _Position(Func):
    """Where a choice stands among its field's, in the campaign's order."""

    template = "coalesce(array_position(ARRAY[%(ids)s], %(expressions)s ->> '%(key)s'), 0)"
    output_field = IntegerField()


class Told(forms.CharField):
    """A number or a day as it is written by hand, in its JSON form."""

    def __init__(self, field: CustomField, **options: Any) -> None:
        is_day = field.kind == FieldKind.DATE
        widget = forms.DateInput(attrs={"type": "date"}) if is_day else forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(required=False, max_length=30, widget=widget, **options)
        self._field = field

    def clean(self, value: Any) -> Any:
        try:
            return read_value(self._field, super().clean(value))
        except ValueUnreadable as error:
            raise forms.ValidationError(_("This cannot be read.")) from error

    def shown(self, value: Any) -> str:
        return shown_value(self._field, value)


class _Chosen(forms.TypedChoiceField):
    def __init__(self, field: CustomField) -> None:
        is_chosen = field.kind in CHOSEN
        answers = [(str(one.pk), one.name) for one in field.offered] if is_chosen else [("1", _("yes")), ("0", _("no"))]
        choices = [("", "—"), *answers, *ANSWERS]
        super().__init__(
            label=field.name, required=False, choices=choices, empty_value=None, coerce=self._typed, widget=LightSelect
        )
        self._is_chosen = is_chosen

    def _typed(self, value: str) -> Any:
        if value in (KNOWN, UNKNOWN):
            return value
        return int(value) if self._is_chosen else value == "1"
