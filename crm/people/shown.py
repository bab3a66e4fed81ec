"""What a form showed of somebody when it was opened, carried by the form itself: only what is changed in it is kept.

Of two who edit one person at the same time, neither undoes what the other wrote.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core import signing

from crm.people.custom import value_of
from crm.people.models import EmailAddress, Person, PhoneNumber, PostalAddress
from crm.people.writing import plain

SALT = "people.shown"
KINDS: Mapping[str, Any] = {"emails": EmailAddress, "phones": PhoneNumber, "addresses": PostalAddress}
FIRSTS = tuple(f"first_{kind}" for kind in KINDS)
PLACE = ("street", "postcode", "city", "commune_code", "country")

Shown = dict[
    str, Any
]  # by the names of fields, and of inputs: {"first_name": "Ada", "custom.3": 12, "status_emails_7": "ok"}


class ChangedMeanwhile(Exception):
    """Somebody else wrote what is about to be replaced. `present`: what it says now, by name; `beside`: what else is new."""

    def __init__(self, present: Shown, beside: Shown) -> None:
        super().__init__(*sorted(present))
        self.present = present
        self.beside = beside


def shown_of(person: Person, fields: Iterable[str]) -> Shown:
    told: Shown = {"person": person.pk} | {name: plain(value_of(person, name)) for name in fields}
    for kind, model in KINDS.items():
        for row in model.objects.filter(person=person):
            told[f"status_{kind}_{row.id}"] = row.status
            if row.is_primary:
                told[f"first_{kind}"] = row.id
            if kind == "addresses":
                told |= {f"address-{row.id}-{name}": getattr(row, name) for name in PLACE}
    return told


def sign_shown(shown: Shown) -> str:
    return signing.dumps(shown, salt=SALT, compress=True)


def read_shown(signed: str) -> Shown | None:
    try:
        told: Shown = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return None
    return told


def changed_values(shown: Shown, values: Mapping[str, Any]) -> dict[str, Any]:
    """A field that was made since is empty for whoever did not see it."""
    return {name: value for name, value in values.items() if plain(value) != shown.get(name)}


def check_unchanged(shown: Shown, wanted: Mapping[str, Any], person: Person) -> None:
    """Of a row that is locked. Raises ChangedMeanwhile; two who want the same agree."""
    present = shown_of(person, filter(_is_field, {**shown, **wanted}))
    others = {
        name: present[name]
        for name, value in wanted.items()
        if name in present and present[name] not in (shown.get(name), plain(value))
    }
    if others:
        beside = {name: value for name, value in present.items() if name not in wanted and value != shown.get(name)}
        raise ChangedMeanwhile(others, {name: value for name, value in beside.items() if name not in FIRSTS})


def _is_field(name: str) -> bool:
    return name not in ("person", *FIRSTS) and not name.startswith(("status_", "address-"))
