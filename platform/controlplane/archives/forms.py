from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from controlplane.models import Cell, Region


class AgreementForm(forms.Form):
    region = forms.ModelChoiceField(label=_("Region to ask for"), queryset=Region.objects.none())
    reason = forms.CharField(
        label=_("Why"), min_length=10, max_length=300, help_text=_("The owner reads it as you write it, in her mail.")
    )

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    target = forms.ModelChoiceField(label=_("New cell"), queryset=Cell.objects.none())

    def __init__(self, *args: Any, cells: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = cells  # type: ignore[attr-defined]
