from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from controlplane.models import Cell, Region
from tenants.users.models import User


class PasswordForm(forms.Form):
    """Before all of a campaign leaves: is it really the owner who sits there?"""

    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self._user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password


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
