"""Names of a person's fields, and their values as people read them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Relationship
from crm.fields.models import CustomField
from crm.fields.queries import fields_by_key
from crm.fields.values import shown_value
from crm.geo import queries as geo
from crm.geo.countries import country_name
from crm.people.contact_points import display_phone
from crm.people.enums import SUPPORT_LEVELS, AddressStatus, Gender

LABELS: dict[str, str | Promise] = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "birth_name": _("Birth name"),
    "birth_date": _("Born on"),
    "gender": _("Gender"),
    "occupation": _("Occupation"),
    "language": _("Language"),
    "support_level": _("Support"),
    "relationship": _("Relationship"),
    "external_id": _("Number elsewhere"),
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "contacts": _("E-mails and telephones"),
    "address": _("Address"),
    "statuses": _("What works"),
    "note": _("Note"),
    "commune_code": _("Commune"),
    "created_at": _("Known since"),
}
# Of her address, which her page tells as one: imports change it part by part.
ADDRESS_LABELS: dict[str, str | Promise] = {
    "street": _("Street and number"),
    "postcode": _("Postcode"),
    "city": pgettext_lazy("part of an address", "Town"),
    "country": _("Country"),
    "departement_code": _("Département"),
    "region_code": _("Region"),
}
CHOICES: dict[str, dict[Any, Any]] = {
    "support_level": SUPPORT_LEVELS,
    "gender": dict(Gender.choices),
    "relationship": dict(Relationship.choices),
    "language": {"fr": _("French"), "en": _("English")},
    "note": {"corrected": pgettext_lazy("note", "corrected"), "deleted": pgettext_lazy("note", "deleted")},
}
STATUSES = dict(AddressStatus.choices)


def label_of(field: str) -> str:
    return str(LABELS.get(field) or ADDRESS_LABELS.get(field, field))


def language_name(code: str) -> str:
    """A code that is no language's stays as it is: files bring what they like."""
    if code in CHOICES["language"]:
        return str(CHOICES["language"][code])
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
    return name[:1].lower() + name[1:] if get_language() == "fr" else name  # in French a language has no capital


def shown(field: str, value: Any) -> str:
    if value in ("", None):
        return gettext("empty")
    if field in CHOICES and value in CHOICES[field]:
        return str(CHOICES[field][value])
    return WORDS[field](value) if field in WORDS else str(value)


def _contacts(value: Any) -> str:
    """One or several, numbers with e-mails between."""
    return ", ".join(map(_contact, str(value).split(", ")))


def _contact(text: str) -> str:
    return display_phone(text) if text.startswith("+") else text


def _statuses(value: Any) -> str:
    if not isinstance(value, list):  # in older rows it is text
        return str(value)
    return ", ".join(_contact(one) + gettext(": ") + str(STATUSES.get(status, status)) for one, status in value)


def _place(find: Callable[[str], geo.Commune | geo.Departement | geo.Region | None], code: Any) -> str:
    place = find(str(code))
    return place.name if place else str(code)


def _day(value: Any) -> str:
    return date_format(value if isinstance(value, date) else date.fromisoformat(str(value)), "j F Y")


def _day_of(moment: Any) -> str:
    moment = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    return date_format(timezone.localtime(moment), "j F Y")


WORDS: dict[str, Callable[[Any], str]] = {
    "phone": _contacts,
    "contacts": _contacts,
    "statuses": _statuses,
    "commune_code": partial(_place, geo.find_commune),
    "departement_code": partial(_place, geo.find_departement),
    "region_code": partial(_place, geo.find_region),
    "country": country_name,
    "language": language_name,
    "birth_date": _day,
    "created_at": _day_of,
    "note": _day_of,  # it is named by its day: what it said is its own
}


class FieldWords:
    """The same with the campaign's own fields, which are looked up once, when the first one is met."""

    @cached_property
    def _custom(self) -> dict[str, CustomField]:
        return {field.column: field for field in fields_by_key().values()}

    def label(self, name: str) -> str:
        if not name.startswith("custom."):
            return label_of(name)
        field = self._custom.get(name)
        return field.name if field else name

    def shown(self, name: str, value: Any) -> str:
        field = self._custom.get(name) if name.startswith("custom.") else None
        return shown(name, value) if field is None or value in ("", None) else shown_value(field, value)
