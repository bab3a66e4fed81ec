from django import forms
from django.utils.translation import gettext_lazy as _


class SegmentForm(forms.Form):
    """Name and purpose; the conditions are read by the builder. Whether the name is free, the service says."""

    name = forms.CharField(label=_("Name of the segment"), max_length=120)
    description = forms.CharField(
        label=_("What it is for"),
        max_length=300,
        required=False,
        help_text=_("Optional. For the colleague who finds it in six months."),
    )
    version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class ListForm(forms.Form):
    name = forms.CharField(label=_("Name of the list"), max_length=120)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())
