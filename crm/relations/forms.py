from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.people.contact_points import normalize_email, parse_phone
from crm.people.models import Tag
from crm.people.tag_groups import choices_by_group
from crm.relations.enums import AffiliationKind, OrganisationKind, Tie
from crm.relations.identifiers import WEBSITE_LENGTH, normalize_siren, normalize_website
from shared.lines import LinesField
from shared.visible import validate_visible
from shared.widgets import LightSelect


class FilterForm(forms.Form):
    """The query string of the list: whatever does not fit is left aside."""

    q = forms.CharField(label=_("Name or SIREN"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=pgettext_lazy("organisation", "Kind"), required=False, choices=[("", "—"), *OrganisationKind.choices]
    )
    tag = forms.TypedChoiceField(label=_("Tag"), required=False, coerce=int, empty_value=None, widget=LightSelect)

    def __init__(self, *args: Any, tags: list[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].choices = [("", "—"), *choices_by_group(tags)]  # type: ignore[attr-defined]


class OrganisationForm(forms.Form):
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)  # of a new one: a double click is one organisation
    name = forms.CharField(label=_("Name"), max_length=200, validators=[validate_visible])
    kind = forms.ChoiceField(label=pgettext_lazy("organisation", "Kind"), choices=OrganisationKind.choices)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254, widget=forms.EmailInput)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40, widget=forms.TelInput)
    website = forms.CharField(
        label=_("Website"), required=False, max_length=WEBSITE_LENGTH, widget=forms.URLInput(attrs={"inputmode": "url"})
    )
    street = forms.CharField(label=_("Street and number"), required=False, max_length=200)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=10)
    city = forms.CharField(label=_("Town"), required=False, max_length=100)
    siren = forms.CharField(
        label=_("SIREN"),
        required=False,
        max_length=30,
        help_text=_("Nine digits; of a SIRET or a number for VAT, the SIREN is taken."),
    )
    note = LinesField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_siren(self) -> str:
        typed = str(self.cleaned_data["siren"])
        siren = normalize_siren(typed) if typed.strip() else ""
        if siren is None:
            raise forms.ValidationError(_("This is no SIREN: nine digits are needed, and the last one is their key."))
        return siren

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"])
        email = normalize_email(typed) if typed else ""
        if email is None:
            raise forms.ValidationError(_("This is not an e-mail address."))
        return email

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"])
        phone = parse_phone(typed) if typed else None
        if typed and phone is None:
            raise forms.ValidationError(_("This is not a telephone number."))
        return phone.number if phone else ""

    def clean_website(self) -> str:
        typed = str(self.cleaned_data["website"])
        website = normalize_website(typed) if typed else ""
        if website is None:
            raise forms.ValidationError(_("This is not the address of a website, such as https://example.org."))
        return website


class TieForm(forms.Form):
    """The second step: what somebody who was found is to this person."""

    tie = forms.ChoiceField(
        label=_("This person"), choices=Tie.choices, widget=forms.RadioSelect, initial=Tie.HOUSEHOLD
    )
    other = forms.UUIDField()


class MergeForm(forms.Form):
    organisation = forms.UUIDField(error_messages={"required": _("Choose one.")})


class AffiliationForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("This person"), choices=AffiliationKind.choices, widget=forms.RadioSelect, initial=AffiliationKind.WORKS
    )
    title = forms.CharField(label=_("Function"), required=False, max_length=150)
    organisation = forms.UUIDField()

    def clean_title(self) -> Any:
        return " ".join(self.cleaned_data["title"].split())
