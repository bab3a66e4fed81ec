"""Reads about people that more than one caller needs."""

import re
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from crm.people.expressions import Folded, fold_text, folded_name
from crm.people.models import Activity, EmailAddress, Person, PhoneNumber, Tag

PHONE = re.compile(r"^[+\d][\d\s().-]{3,}$")
PREFIXES = ("+33", "+262", "+590", "+594", "+596", "+508", "+687", "+689", "+681")


def contact_count() -> int:
    """Contacts as the plan counts them: everyone who is not erased."""
    return Person.objects.alive().count()


def rows_of(person: Person) -> list[int]:
    """Her row, and the empty ones that were merged into it: ledger and history of tags stay where they were written."""
    return [person.pk, *Person.objects.filter(merged_into=person.pk).order_by("pk").values_list("pk", flat=True)]


def present_id(person_id: int) -> int:
    """Who she is now: somebody who was merged is the one who was kept."""
    found = Person.objects.filter(pk=person_id).values_list("merged_into", flat=True).first()
    return found or person_id


def find_last_activity_at() -> datetime | None:
    """When something was last written to the stream; None in an empty campaign."""
    return Activity.objects.order_by("-pk").values_list("at", flat=True).first()


def people_matching(text: str) -> QuerySet[Person]:
    """By name (each word, any order, blind to accents and case), beginning of an e-mail, or telephone."""
    people = Person.objects.alive()
    wanted = text.strip()
    if not wanted:
        return people
    if "@" in wanted:
        return people.filter(pk__in=_at_email(wanted))
    if PHONE.match(wanted):
        return people.filter(pk__in=_at_phone(wanted))
    return _named(people, wanted)


def _named(people: QuerySet[Person], wanted: str) -> QuerySet[Person]:
    people = people.alias(blind=folded_name())
    for word in fold_text(wanted).split():
        if len(word) > 2:
            people = people.filter(blind__contains=word)
        else:  # too short for trigrams inside a word: beginnings of words only
            people = people.filter(Q(blind__startswith=word) | Q(blind__contains=f" {word}"))
    return people


def _at_email(wanted: str) -> QuerySet[Any, Any]:
    addresses = EmailAddress.objects.alias(blind=Folded("address"))
    if wanted.startswith("@"):
        return addresses.filter(blind__endswith=fold_text(wanted)).values("person")
    return addresses.filter(blind__startswith=fold_text(wanted)).values("person")


def _at_phone(wanted: str) -> QuerySet[Any, Any]:
    digits = re.sub(r"\D", "", wanted)
    starts = [f"+{digits}"] if wanted.startswith("+") else [f"+{digits[2:]}"] if digits.startswith("00") else []
    if digits.startswith("0"):
        starts += [prefix + digits[1:] for prefix in PREFIXES]
    starts = starts or [f"+{digits}", *(prefix + digits for prefix in PREFIXES)]
    condition = Q()
    for start in starts:
        condition |= Q(number__startswith=start)
    return PhoneNumber.objects.filter(condition).values("person")


def all_tags() -> list[Tag]:
    """In the order of a dictionary: «écologie» between «eau» and «espoir»."""
    return list(Tag.objects.order_by(Folded("name"), "pk"))


def tags_by_id() -> dict[int, Tag]:
    return {tag.pk: tag for tag in Tag.objects.all()}


def tag_counts() -> dict[int, int]:
    """How many people carry each tag."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tag, count(*) FROM people_person, unnest(tag_ids) AS tag GROUP BY tag")
        return dict(cursor.fetchall())
