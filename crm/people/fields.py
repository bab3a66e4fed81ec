"""Names of a person's fields, and their values as people read them."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as now_gettext
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Relationship
from crm.people.enums import SUPPORT_LEVELS, Gender

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
    "commune_code": _("Commune"),
}
LANGUAGES = {"fr": _("French"), "en": _("English")}


def label_of(field: str) -> str:
    return str(LABELS.get(field, field))


def shown(field: str, value: Any) -> str:
    if value in ("", None):
        return now_gettext("empty")
    if field == "birth_date":
        return date_format(value if isinstance(value, date) else date.fromisoformat(str(value)), "j F Y")
    choices: dict[str, dict[Any, Any]] = {
        "support_level": SUPPORT_LEVELS,
        "gender": dict(Gender.choices),
        "relationship": dict(Relationship.choices),
        "language": LANGUAGES,
    }
    return str(choices.get(field, {}).get(value, value))
