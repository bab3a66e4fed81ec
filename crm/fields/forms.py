"""Custom fields as controls of any form, and the forms of the screens that make them."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.fields.enums import CHOSEN, FieldKind
from crm.fields.models import CustomField
from crm.fields.names import fold, reveals
from crm.fields.values import EARLIEST, LARGEST, LATEST, LONGEST, Value, ValueUnreadable, read_value
from shared.visible import validate_visible

PARTED = _("No comma, semicolon or vertical bar in a choice: in files they stand between several choices.")
ANSWERS = [("", "—"), ("oui", pgettext_lazy("answer", "Yes")), ("non", pgettext_lazy("answer", "No"))]


def input_name(field: CustomField) -> str:
    return f"custom_{field.key}"


class NumberField(forms.DecimalField):
    """Digits may stand in groups of three, as French writes them: 1 234,50."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(re.sub(r"[\s']", "", value) if isinstance(value, str) else value)


def _check_day(day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        told = {"first": EARLIEST.year, "last": LATEST.year}
        raise forms.ValidationError(_("A date lies between %(first)d and %(last)d: please check the year.") % told)


def form_field(field: CustomField, *, held: object = None) -> forms.Field:
    """The control for one field. Somebody who holds a choice that is archived since keeps it."""
    common: dict[str, Any] = {"label": field.name, "help_text": field.help_text, "required": False}
    choices = [(choice.pk, choice.name) for choice in field.choices.all() if _offered(choice, held)]
    match field.kind:
        case FieldKind.NUMBER:
            return NumberField(**common, min_value=-LARGEST, max_value=LARGEST, localize=True)
        case FieldKind.DATE:
            bounds = {"type": "date", "min": EARLIEST.isoformat(), "max": LATEST.isoformat()}
            widget = forms.DateInput(attrs=bounds, format="%Y-%m-%d")
            return forms.DateField(**common, widget=widget, validators=[_check_day])
        case FieldKind.CHOICE:
            return forms.TypedChoiceField(**common, coerce=int, empty_value=None, choices=[("", "—"), *choices])
        case FieldKind.CHOICES:
            boxes = forms.CheckboxSelectMultiple
            return forms.TypedMultipleChoiceField(**common, coerce=int, choices=choices, widget=boxes)
        case FieldKind.YES_NO:
            return forms.ChoiceField(**common, choices=ANSWERS)
        case _:
            return forms.CharField(**common, max_length=LONGEST)


def initial_value(field: CustomField, value: object) -> object:
    if field.kind == FieldKind.YES_NO:
        return {True: "oui", False: "non"}.get(value, "")  # type: ignore[call-overload]
    return value


def _offered(choice: Any, held: object) -> bool:
    return choice.archived_at is None or choice.pk == held or (isinstance(held, list) and choice.pk in held)


class CustomMixin(forms.Form):
    """The campaign's own fields, below the others."""

    def __init__(
        self, *args: Any, custom_fields: Sequence[CustomField], held: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.custom_fields = custom_fields
        held = held or {}
        for one in custom_fields:
            value = held.get(str(one.key))
            self.fields[input_name(one)] = form_field(one, held=value)
            self.initial.setdefault(input_name(one), initial_value(one, value))

    @property
    def custom_inputs(self) -> list[tuple[CustomField, forms.BoundField]]:
        return [(one, self[input_name(one)]) for one in self.custom_fields]

    def show_again(self, typed: QueryDict) -> None:
        """What was typed, in a form that is not checked."""
        for one in self.custom_fields:
            name = input_name(one)
            self.initial[name] = typed.getlist(name) if one.kind == FieldKind.CHOICES else typed.get(name, "")

    def clean(self) -> dict[str, Any]:
        """What cannot be read is told beside its input: it is never nothing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for one in self.custom_fields:
            try:
                self._custom_value(one)
            except ValueUnreadable:
                self.add_error(input_name(one), _("This is no value of this field."))
        return data

    def custom(self) -> dict[str, Value | None]:
        """By key: the value, or None where nothing was said."""
        return {str(one.key): self._custom_value(one) for one in self.custom_fields}

    def _custom_value(self, field: CustomField) -> Value | None:
        cleaned = self.cleaned_data.get(input_name(field))
        told = cleaned if field.kind in (*CHOSEN, FieldKind.DATE) else str(cleaned if cleaned is not None else "")
        return read_value(field, told)


class FieldForm(forms.Form):
    """A field that is there already: its kind cannot change any more."""

    name = forms.CharField(label=_("Name"), max_length=80, validators=[validate_visible])
    help_text = forms.CharField(
        label=_("Explanation"),
        max_length=200,
        required=False,
        help_text=_("Shown below the question, to your team and on forms."),
    )
    is_sensitive = forms.BooleanField(
        label=_("Sensitive: reveals an opinion, a belief, health, origin"),
        required=False,
        help_text=_(
            "Art. 9 GDPR. Never used to choose who gets a targeted message on line; asked on no form of the site."
        ),
    )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not fold(name):
            raise forms.ValidationError(_("A name has letters or digits."))
        return name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if reveals(str(data.get("name", ""))) and not data.get("is_sensitive"):
            self.add_error("is_sensitive", _("This reveals an opinion, a belief, health or origin: tick this box."))
        return data


class NewFieldForm(FieldForm):
    kind = forms.ChoiceField(label=_("What is the answer?"), choices=FieldKind.choices)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line, only for fields with choices."),
    )
    field_order = ("name", "kind", "choices", "help_text", "is_sensitive")

    def clean_choices(self) -> list[str]:
        return [line.strip() for line in str(self.cleaned_data["choices"]).splitlines() if fold(line)]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == FieldKind.CHOICES and any(map(_is_parted, data.get("choices", ()))):
            self.add_error("choices", PARTED)
        if data.get("kind") in CHOSEN and not data.get("choices") and "choices" not in self.errors:
            self.add_error("choices", _("Write at least one choice."))
        return data


class ChoiceForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        validators=[validate_visible],
        error_messages={"required": _("A choice needs a name.")},
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not fold(name):
            raise forms.ValidationError(_("A name has letters or digits."))
        if self.kind == FieldKind.CHOICES and _is_parted(name):
            raise forms.ValidationError(PARTED)
        return name


def _is_parted(name: str) -> bool:
    """Of several choices in one cell of a file, it would be more than one."""
    return bool(re.search(r"[,;|]", name))
