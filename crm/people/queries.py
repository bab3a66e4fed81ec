"""Reads about people that more than one caller needs."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from crm.access.naming import Named
from crm.consent.models import ConsentEntry
from crm.people.expressions import Folded
from crm.people.models import Activity, Person, PersonChange, Tag, TagAlias, TagChange
from shared.once import once


def contact_count() -> int:
    """Contacts as the plan counts them: everyone who is not erased."""
    return Person.objects.alive().count()


def rows_of(person: Person) -> list[int]:
    """Her row, and the empty ones that were merged into it: ledger and history of tags stay where they were written."""
    merged = Person.objects.filter(merged_into=person.pk).values_list("pk", flat=True)
    return once(f"rows:{person.pk}", lambda: [person.pk, *sorted(merged)])


def contact_rows_of(person: Person) -> list[Any]:
    """E-mails, telephones, addresses; of each kind the first one first."""

    def look_up() -> list[Any]:
        kinds: Any = (person.emails, person.phones, person.addresses)
        return [row for kind in kinds for row in sorted(kind.all(), key=attrgetter("rank"))]

    return once(f"contacts:{person.pk}", look_up)


def changes_of(person: Person) -> list[PersonChange]:
    """Oldest first, those of the rows that were merged into hers too."""
    found = PersonChange.objects.filter(person__in=rows_of(person))
    return once(f"changes:{person.pk}", lambda: _oldest_first(found))


def tag_changes_of(person: Person) -> list[TagChange]:
    """Likewise."""
    found = TagChange.objects.filter(person__in=rows_of(person))
    return once(f"tag_changes:{person.pk}", lambda: _oldest_first(found))


def consent_entries_of(person: Person) -> list[ConsentEntry]:
    """Likewise, with their wording."""
    found = ConsentEntry.objects.filter(person__in=rows_of(person)).select_related("wording")
    return once(f"consent_entries:{person.pk}", lambda: _oldest_first(found))


def present_id(person_id: int) -> int:
    """Who she is now: somebody who was merged is the one who was kept."""
    found = Person.objects.filter(pk=person_id).values_list("merged_into", flat=True).first()
    return found or person_id


def names_by_id(ids: set[int]) -> dict[int, Named]:
    """For the access log and stories: what they are called now, those who were merged by the name of the one who was kept."""
    if not ids:
        return {}
    people = Person.objects.filter(pk__in=ids).select_related("merged_into")
    present = {person.pk: person.merged_into or person for person in people}
    return {pk: Named(one.full_name, one.get_absolute_url()) for pk, one in present.items() if not one.is_erased}


def find_last_activity_at() -> datetime | None:
    """When something was last written to the stream; None in an empty campaign."""
    return Activity.objects.order_by("-pk").values_list("at", flat=True).first()


def all_tags() -> list[Tag]:
    """With their groups, in the order of a dictionary: «écologie» between «eau» and «espoir»."""
    return once("tags", lambda: list(Tag.objects.select_related("group").order_by(Folded("name"), "pk")))


def former_names() -> dict[int, str]:
    """Of tags that were merged into others, by the numbers that histories still name them by."""
    return once("former_tags", lambda: dict(TagAlias.objects.values_list("number", "name")))


def _oldest_first(rows: Iterable[Any]) -> list[Any]:
    """The few rows of one person are sorted sooner here than a query is written that sorts them."""
    return sorted(rows, key=attrgetter("id"))
