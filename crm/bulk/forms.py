from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from crm.bulk.enums import Action
from crm.bulk.wording import button_of
from crm.consent.enums import Relationship
from crm.people.models import Person
from crm.people.queries import present_id
from crm.people.tag_forms import refuse_several
from crm.relations.naming import read_person
from crm.segments.registry import CriterionInvalid
from shared.visible import is_visible

TO_TYPE = 200  # from so many on, the number is typed
TYPED = {"autocomplete": "off"}

FIELD_OF = {Action.TAG: "tag", Action.UNTAG: "tag", Action.RELATE: "relationship", Action.ASSIGN: "person"}


class BulkForm(forms.Form):
    """What to do with them. The number is typed for many, and for every erasure."""

    action = forms.ChoiceField(label=_("What to do"), choices=Action.choices)
    tag = forms.CharField(
        label=_("Tag"), max_length=80, required=False, widget=forms.TextInput({"list": "bulk-tags", **TYPED})
    )
    relationship = forms.ChoiceField(
        label=_("Relationship"), choices=[("", _("Choose…")), *Relationship.choices], required=False
    )
    person = forms.CharField(
        label=_("Point person"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"list": "bulk-nearly", **TYPED}),
        help_text=_("Name or e-mail of somebody in your contact file. Whoever it was before makes way."),
    )
    number = forms.IntegerField(
        label=_("Number of people, to be sure"),
        required=False,
        min_value=0,
        widget=forms.TextInput({"inputmode": "numeric", **TYPED}),
    )

    def __init__(self, *args: Any, count: int, may_erase: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        self.nearly: list[str] = []
        self.fields["number"].help_text = _("Type %(count)s.") % {"count": self._digits}
        if not may_erase:
            allowed = [choice for choice in Action.choices if choice[0] != Action.ERASE]
            self.fields["action"].choices = allowed  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        action = data.get("action")
        if action in (Action.TAG, Action.UNTAG):
            self._check_tag(str(data.get("tag", "")).strip(), is_put=action == Action.TAG)
        if action == Action.RELATE and not data.get("relationship"):
            self.add_error("relationship", _("Choose a relationship."))
        if action == Action.ASSIGN:
            self._read_person(data)
        if (self.count >= TO_TYPE or action == Action.ERASE) and data.get("number") != self.count:
            self.add_error("number", _("Type %(count)s, the number of people.") % {"count": self._digits})
        return data

    @property
    def _digits(self) -> str:
        """As it is typed: without separators."""
        return str(number_format(self.count, use_l10n=False))

    def _check_tag(self, name: str, *, is_put: bool) -> None:
        if not is_visible(name):
            self.add_error("tag", _("Name the tag."))
            return
        try:
            if is_put:
                refuse_several(name)
        except forms.ValidationError as error:
            self.add_error("tag", error)

    def _read_person(self, data: dict[str, Any]) -> None:
        """Becomes her id; where several may be meant, they are to choose from."""
        told = str(data.get("person", "")).strip()
        try:
            data["person"] = present_id(read_person(told)) if told else 0
        except CriterionInvalid as error:
            self.nearly = list(error.suggestions)
            self.add_error("person", " ".join([str(error.message), ", ".join(self.nearly)]).strip())
            return
        if not Person.objects.alive().filter(pk=data["person"]).exists():
            self.add_error("person", _("Name the point person."))


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be done, with what it asks for and no more; open where it was tried and something is amiss."""

    action: Action
    form: BulkForm
    button: str
    is_open: bool

    @property
    def field(self) -> BoundField | None:
        return self.form[FIELD_OF[self.action]] if self.action in FIELD_OF else None

    @property
    def asks_number(self) -> bool:
        return self.action == Action.ERASE or self.form.count >= TO_TYPE


def choices_of(posted: BulkForm, *, may_erase: bool) -> list[Choice]:
    """What was posted stands in its own place, all others are empty."""
    tried = posted.data.get("action") if posted.is_bound else None
    choices = []
    for action in Action:
        if action == Action.ERASE and not may_erase:
            continue
        is_open = action.value == tried
        form = posted if is_open else BulkForm(count=posted.count, may_erase=may_erase, auto_id=ids_of(action))
        choices.append(Choice(action, form, button_of(action, posted.count), is_open))
    return choices


def ids_of(action: str) -> str:
    """Fields of the same name stand on the page several times."""
    return f"id_{action}_%s"
