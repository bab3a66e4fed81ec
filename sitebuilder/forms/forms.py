from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.fields.forms import CustomMixin
from crm.fields.models import CustomField
from crm.geo.queries import Commune, communes_by_postcode
from crm.people.contact_points import normalize_email, parse_phone
from crm.people.past_days import check_birth_date

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


class SignupForm(CustomMixin, forms.Form):
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
        validators=[check_birth_date],
        error_messages={"invalid": _("Write the date as day, month, year. Example: 31/12/1990")},
    )
    consent_email = forms.BooleanField(required=False)
    consent_sms = forms.BooleanField(required=False)
    consent_targeting = forms.BooleanField(required=False)
    consent_tracking = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, asks_birth_date: bool = False, custom_fields: Sequence[CustomField] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, custom_fields=custom_fields, **{"auto_id": "s-%s", **kwargs})
        if not asks_birth_date:
            del self.fields["birth_date"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if normalize_email(email) is None:
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return email

    def clean_postcode(self) -> str:
        return "".join(str(self.cleaned_data["postcode"]).split())

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born and born > fifteen_years_before(timezone.localdate()):
            raise forms.ValidationError(
                _("Under 15, the law wants your parents' agreement: we cannot sign you up here. Write to us with them.")
            )
        return born

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        communes = self.communes()
        if data.get("commune") not in {commune.code for commune in communes}:
            data["commune"] = communes[-1].code if len(communes) == 1 else ""
        self._check_phone(data, communes)
        return data

    def _check_phone(self, data: dict[str, Any], communes: list[Commune]) -> None:
        """A number that is not one is an error beside the field, never dropped in silence."""
        text = str(data.get("phone") or "").strip()
        departement = communes[0].departement if communes else ""
        number = parse_phone(text, departement_code=departement, country="FR") if text else None
        if text and number is None:
            self.add_error("phone", _("This is not a phone number. Example: 06 12 34 56 78"))
        elif data.get("consent_sms") and (number is None or not number.is_mobile):
            self.add_error("phone", _("Write your mobile number to receive SMS, or untick the box."))

    def communes(self) -> list[Commune]:
        """The communes that share the postcode; of a city and its arrondissement, the arrondissement alone."""
        postcode = str(getattr(self, "cleaned_data", {}).get("postcode") or "")
        by_city = {commune.city_code: commune for commune in communes_by_postcode(postcode)} if postcode else {}
        return sorted(by_city.values(), key=lambda commune: commune.name)

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
