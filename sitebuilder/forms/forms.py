from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.geo.queries import communes_by_postcode

AGE_OF_CONSENT = 15  # France, art. 45 of the law of 6 January 1978
INPUTS = (  # name, type, autocomplete
    ("email", "email", "email"),
    ("first_name", "text", "given-name"),
    ("last_name", "text", "family-name"),
    ("postcode", "text", "postal-code"),
    ("phone", "tel", "tel"),
    ("birth_date", "date", "bday"),
)
NO_CONTROL = RegexValidator(
    r"[\x00-\x08\x0b-\x1f\x7f]", _("This text has characters that cannot be kept."), inverse_match=True
)


class SignupForm(forms.Form):
    """Joining the campaign from its site. Only the e-mail address is required; the boxes are never ticked for anyone."""

    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        error_messages={
            "required": _("Write your e-mail address: it is how we recognize you."),
            "invalid": _("This does not look like an e-mail address. Example: name@example.org"),
        },
    )
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False, validators=[NO_CONTROL])
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False, validators=[NO_CONTROL])
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False, validators=[NO_CONTROL])
    commune = forms.CharField(label=_("Town"), max_length=5, required=False)
    phone = forms.CharField(label=_("Mobile"), max_length=30, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        error_messages={"invalid": _("Write the date as day, month, year. Example: 31/12/1990")},
    )
    consent_email = forms.BooleanField(required=False)
    consent_sms = forms.BooleanField(required=False)

    def __init__(self, *args: Any, asks_birth_date: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_birth_date:
            del self.fields["birth_date"]

    def clean_postcode(self) -> str:
        return "".join(str(self.cleaned_data["postcode"]).split())

    def clean_phone(self) -> str:
        """In international form. A number that is not one is an error beside the field, never dropped in silence."""
        text = str(self.cleaned_data["phone"]).strip()
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, "FR")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise forms.ValidationError(_("This is not a phone number. Example: 06 12 34 56 78"))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born and born > fifteen_years_before(timezone.localdate()):
            raise forms.ValidationError(
                _("Under 15, the law wants your parents' agreement: we cannot sign you up here. Write to us with them.")
            )
        return born

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("consent_sms") and "phone" not in self.errors and not data.get("phone"):
            self.add_error("phone", _("Write your mobile number to receive SMS, or untick the box."))
        known = {commune.code for commune in self.communes()}
        if data.get("commune") not in known:
            data["commune"] = next(iter(known)) if len(known) == 1 else ""
        return data

    def communes(self) -> list[Any]:
        """The communes that share the postcode."""
        postcode = getattr(self, "cleaned_data", {}).get("postcode") or ""
        return list(communes_by_postcode(postcode)) if len(postcode) == 5 and postcode.isdigit() else []

    @property
    def visible_inputs(self) -> list[dict[str, Any]]:
        """The fields that one types in, as the page of errors shows them."""
        return [
            {
                "name": name,
                "kind": kind,
                "autocomplete": autocomplete,
                "label": self[name].label,
                "required": self.fields[name].required,
                "text": self.data.get(name, ""),
                "errors": self.errors.get(name, []) if self.is_bound else [],
            }
            for name, kind, autocomplete in INPUTS
            if name in self.fields
        ]

    @property
    def needs_commune(self) -> bool:
        """Several communes share the postcode, and the question was not asked yet (it may be left unanswered)."""
        return len(self.communes()) > 1 and "commune" not in self.data and not self.errors


def fifteen_years_before(day: date) -> date:
    try:
        return day.replace(year=day.year - AGE_OF_CONSENT)
    except ValueError:  # 29 February
        return day.replace(year=day.year - AGE_OF_CONSENT, day=28)
