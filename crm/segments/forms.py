from django import forms
from django.utils.translation import gettext_lazy as _

from crm.segments.models import Segment


class SegmentForm(forms.ModelForm[Segment]):
    """Name and purpose; the conditions are read by the builder."""

    version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    class Meta:
        model = Segment
        fields = ["name", "description"]
        labels = {"name": _("Name of the segment"), "description": _("What it is for")}
        help_texts = {"description": _("Optional. For the colleague who finds it in six months.")}

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class ListForm(forms.Form):
    name = forms.CharField(label=_("Name of the list"), max_length=120)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())
