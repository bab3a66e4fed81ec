from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from controlplane.enums import OperatorRole
from controlplane.models import LANGUAGE_CHOICES
from controlplane.operators.models import Operator
from controlplane.operators.services import NewOperator


class NewOperatorForm(forms.ModelForm):  # type: ignore[type-arg]
    email = forms.EmailField(label=_("E-mail address"))
    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES)

    class Meta:
        model = Operator
        fields = ("role",)

    def as_request(self) -> NewOperator:
        values: dict[str, Any] = self.cleaned_data
        names = {key: values[key] for key in ("email", "first_name", "last_name", "language")}
        return NewOperator(role=OperatorRole(values["role"]), **names)


class OperatorForm(forms.ModelForm):  # type: ignore[type-arg]
    is_active = forms.BooleanField(label=_("may enter the console"), required=False)

    class Meta:
        model = Operator
        fields = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_active"].initial = self.instance.user.is_staff
