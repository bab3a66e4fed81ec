"""Addresses of all kinds in the office's forms: checked, and a commune asked for, before anything is kept."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.geo import queries as geo
from crm.geo.countries import FRANCE, countries, country_name
from crm.people.contact_points import Phone, find_place, normalize_email, parse_phone
from crm.people.models import PostalAddress
from shared.widgets import LightSelect

PLACE = ("street", "postcode", "city")


class PlaceMixin(forms.Form):
    """An address whose commune is asked when postcode and name leave a doubt."""

    street = forms.CharField(label=_("Street and number"), required=False, max_length=200)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=10)
    city = forms.CharField(label=_("Town"), required=False, max_length=100)
    commune_code = forms.ChoiceField(label=_("Commune"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False, initial=FRANCE, widget=LightSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communes = [(one.code, one.name) for one in geo.communes_by_postcode(self._said("postcode"))]
        self.fields["commune_code"].choices = [("", "—"), *communes]  # type: ignore[attr-defined]
        known, own = countries(), str(self.initial.get("country") or FRANCE)
        others = [] if own in dict(known) else [(own, country_name(own))]  # a file may say what is no country of ours
        self.fields["country"].choices = [*known, *others]  # type: ignore[attr-defined]
        self._let_go_of_another_postcodes_commune(dict(communes))
        self.doubtful = len(communes) > 1
        self.asks_commune = False

    @property
    def shows_commune(self) -> bool:
        """Where there is one, or several to choose from."""
        return self._country() == FRANCE and bool(self.asks_commune or self["commune_code"].value() or self.doubtful)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["country"] = self._country()
        if data["country"] != FRANCE:
            data["commune_code"] = ""
            return data
        postcode, city, code = (str(data.get(name) or "") for name in ("postcode", "city", "commune_code"))
        if code and "city" in self.changed_data and "commune_code" not in self.changed_data:
            certain = geo.find_by_postcode_and_name(postcode, city)
            data["commune_code"] = certain.code if certain and city else code
        if postcode and not code and len(geo.communes_by_postcode(postcode)) > 1:
            place = find_place(postcode=postcode, city=city)
            self.asks_commune = not place.commune_code
            if self.asks_commune:
                self.add_error("commune_code", _("Several communes share this postcode: please choose one."))
        return data

    def address(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {name: data.get(name) or "" for name in (*PLACE, "commune_code", "country")}

    @property
    def has_address(self) -> bool:
        """A country alone is none."""
        return any(self.cleaned_data.get(name) for name in PLACE)

    def _said(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name)) or self.initial.get(name) or "")

    def _country(self) -> str:
        return self._said("country") or FRANCE

    def _let_go_of_another_postcodes_commune(self, offered: dict[str, str]) -> None:
        """It was that of the postcode before, which the browser sends along: it is found, or asked for, anew."""
        name = self.add_prefix("commune_code")
        if self.data.get(name) and self.data[name] not in offered:
            data: Any = copy(self.data)
            data[name] = ""
            self.data = data


class AddressForm(PlaceMixin):
    """One of somebody's addresses, to be corrected where it stands: bound if it was, from what was `shown`."""

    def __init__(self, data: Any, *, address: PostalAddress, shown: Mapping[str, Any]) -> None:
        prefix = f"address-{address.id}"
        present = {name: getattr(address, name) for name in PlaceMixin.base_fields}
        initial = {name: shown.get(f"{prefix}-{name}", value) for name, value in present.items()}
        is_sent = data is not None and f"{prefix}-street" in data
        super().__init__(data if is_sent else None, prefix=prefix, initial=initial)
        # What is not touched is not checked either: files bring places that leave a doubt.
        self.is_bound = is_sent and self.has_changed()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not self.has_address:
            self.add_error("street", _("Nothing is left of this address: to take it away, tick “Remove” above."))
        return data


class ContactMixin(forms.Form):
    """E-mail and telephone as typed, read before they are kept."""

    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)

    home = ("", FRANCE)

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"])
        if typed and normalize_email(typed) is None:
            raise forms.ValidationError(_("This is not an e-mail address."))
        return typed

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"])
        if typed and self.read_phone(typed) is None:
            raise forms.ValidationError(
                _(
                    "No telephone number of France or its territories reads like this. From abroad, begin with + and the country's code."
                )
            )
        return typed

    def read_phone(self, typed: str) -> Phone | None:
        """By the numbers of where she lives: what the address of the form says, or else `home`."""
        postcode, city = (str(self.data.get(name) or "") for name in ("postcode", "city"))
        departement, country = self.home
        if postcode or city:
            country = str(self.data.get("country") or FRANCE)
            departement = find_place(postcode=postcode, city="", country=country).departement_code
        return parse_phone(typed, departement_code=departement, country=country)
