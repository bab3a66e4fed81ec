from datetime import date, datetime
from typing import Any

from crm.consent.services import ConsentGiven, Source
from crm.people.models import Person
from crm.people.services import ContactData, capture

FORM = Source(kind="form", reference="form:1")
NEWS = ConsentGiven("news", "email", granted=True, basis="consent", wording="Yes, write to me.")
BORN = date(1990, 5, 13)


def person(now: datetime, *consents: ConsentGiven, **told: Any) -> Person:
    """Captured as an import would be: nobody is compared until somebody asks."""
    source = Source(kind="import", reference="import:1")
    done = capture(contact=ContactData(**told), kind="imported", source=source, consents=consents, now=now)
    return Person.objects.get(pk=done.person_id)


def twice(now: datetime) -> tuple[Person, Person]:
    """One human being, two entries, no doubt."""
    first = person(now, NEWS, email="lea.durandal@gmail.com", first_name="Léa", last_name="Durandal", birth_date=BORN)
    second = person(
        now,
        email="leadurandal+tract@gmail.com",
        first_name="LEA",
        last_name="DURANDAL",
        phone="0612345678",
        birth_date=BORN,
    )
    return first, second
