from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from crm.bulk.enums import Action
from crm.consent.enums import Relationship

TO_TYPE = 200  # from so many on, the number is typed


class BulkForm(forms.Form):
    """What to do with them. The number is typed for many, and for every erasure."""

    action = forms.ChoiceField(label=_("What to do"), choices=Action.choices, widget=forms.RadioSelect)
    tag = forms.CharField(label=_("Tag"), max_length=80, required=False)
    relationship = forms.ChoiceField(label=_("Relationship"), choices=Relationship.choices, required=False)
    number = forms.IntegerField(label=_("Number of people, to be sure"), required=False, min_value=0)

    def __init__(self, *args: Any, count: int, may_erase: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        if not may_erase:
            allowed = [choice for choice in Action.choices if choice[0] != Action.ERASE]
            self.fields["action"].choices = allowed  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        action = data.get("action")
        if action in (Action.TAG, Action.UNTAG) and not str(data.get("tag", "")).strip():
            self.add_error("tag", _("Name the tag."))
        if action == Action.RELATE and not data.get("relationship"):
            self.add_error("relationship", _("Choose a relationship."))
        if (self.count >= TO_TYPE or action == Action.ERASE) and data.get("number") != self.count:
            words = _("Type %(count)s, the number of people.") % {"count": number_format(self.count, use_l10n=False)}
            self.add_error("number", words)
        return data
