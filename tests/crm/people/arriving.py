"""Somebody who signed up by a form of the site, and agreed to the news."""

from datetime import datetime
from typing import Any

from crm.consent.services import ConsentGiven, Source
from crm.people.models import Person
from crm.people.services import ContactData, capture

FORM = Source(kind="form", reference="form:1")
NEWS = ConsentGiven("news", "email", granted=True, basis="consent", wording="Oui, écrivez-moi.")


def person(now: datetime, number: int = 0, **told: Any) -> Person:
    contact = ContactData(
        **{"email": f"p{number}@example.org", "first_name": "Ada", "last_name": f"Durand{number}", **told}
    )
    done = capture(contact=contact, kind="signed_up", source=FORM, consents=[NEWS], now=now)
    return Person.objects.get(pk=done.person_id)
