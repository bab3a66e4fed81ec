"""Postal addresses as the team writes them by hand: added, or corrected where they stand."""

from datetime import datetime
from typing import NamedTuple

from crm.consent.entries import Source
from crm.geo import queries as geo
from crm.people.contact_points import Place, find_place
from crm.people.entries import ContactData
from crm.people.models import Person, PostalAddress
from crm.people.writing import address_values, keep_address, sourced

READ = ("street", "postcode", "city", "country")


class Told(NamedTuple):
    """For the history, in words; equal where nothing changed."""

    before: str
    after: str


def add_address(person: Person, told: ContactData, *, source: Source, now: datetime) -> Told:
    """It comes first, as whatever is added by hand. One that she has is not added again; a fuller one completes the first."""
    values, own = read_address(told), PostalAddress.objects.filter(person=person)
    before = {one.id: one for one in own}
    if any(all(getattr(one, name) == values[name] for name in READ) for one in before.values()):
        return Told("", "")
    keep_address(person, told, _place(told), source=source, now=now)
    first = own.filter(is_primary=True).first()
    if first is None:
        return Told("", "")
    return Told(str(before.get(first.id, "")), str(first))


def correct_address(person: Person, number: int, told: ContactData, *, source: Source, now: datetime) -> Told:
    """What it says now comes from who corrected it, and since now. One that somebody removed meanwhile stays away."""
    row = PostalAddress.objects.filter(person=person, id=number).first()
    if row is None:
        return Told("", "")
    values = read_address(told)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return Told("", "")
    before, commune = str(row), row.commune_code
    PostalAddress.objects.filter(person=person, id=number).update(**changed, **sourced(source), created_at=now)
    after = str(PostalAddress(**values))
    if before == after:  # the question which commune it is was answered
        return Told(_with_commune(before, commune), _with_commune(after, values["commune_code"]))
    return Told(before, after)


def read_address(told: ContactData) -> dict[str, str]:
    """The columns of a row, as it will be written."""
    return address_values(told, _place(told))


def _place(told: ContactData) -> Place:
    return find_place(postcode=told.postcode, city=told.city, commune_code=told.commune_code, country=told.country)


def _with_commune(address: str, code: str) -> str:
    commune = geo.find_commune(code)
    return f"{address} ({commune.name})" if commune else address
