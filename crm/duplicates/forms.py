"""What a decision about a pair may say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.duplicates.models import DuplicatePair
from crm.people.custom import value_of
from crm.people.merging import ADDRESSES, Choices, choosable_names

SIDES = [("first", "first"), ("second", "second")]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[("merge", "merge"), ("not_same", "not_same"), ("later", "later")])
    keep = forms.ChoiceField(choices=SIDES, required=False)

    def __init__(self, *args: Any, pair: DuplicatePair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair = pair
        self.names = choosable_names(pair.first, pair.second)
        for name in self.names:
            self.fields[f"field_{name}"] = forms.ChoiceField(choices=SIDES, required=False)
        for kind in ADDRESSES:
            self.fields[f"first_{kind}"] = forms.IntegerField(required=False, min_value=1)

    @property
    def keep_id(self) -> int:
        return self.pair.second_id if self.cleaned_data["keep"] == "second" else self.pair.first_id

    def choices(self) -> Choices:
        sides = {"first": self.pair.first, "second": self.pair.second}
        chosen = {name: self.cleaned_data[f"field_{name}"] for name in self.names}
        values = {name: value_of(sides[side], name) for name, side in chosen.items() if side}
        first = {kind: pk for kind in ADDRESSES if (pk := self.cleaned_data[f"first_{kind}"])}
        return Choices(values=values, first=first)


class CertainForm(forms.Form):
    """Many at once: the number is typed, so that nobody merges thousands by a slip."""

    number = forms.IntegerField(label=_("Number of pairs"), min_value=1)

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count

    def clean_number(self) -> int:
        number: int = self.cleaned_data["number"]
        if number != self.count:
            raise forms.ValidationError(_("Type %(count)s, the number of pairs.") % {"count": self.count})
        return number
