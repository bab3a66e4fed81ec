"""What a page says of people's agreements and refusals is what they said, on the day when they said it."""

from datetime import date, datetime

import pytest
from django.utils import translation

from crm.consent.entries import ConsentGiven, Source
from crm.consent.services import record_consents
from crm.people.models import Person
from crm.segments.explain import explain
from tenants.facts import TenantFacts

SMS = {"purpose": "news", "channel": "sms"}


@pytest.mark.parametrize(
    ("operator", "given_on", "words"),
    [
        ("given", None, "accord, depuis le 22 novembre 2026"),
        ("given", date(2026, 10, 1), "accord, depuis le 1 octobre 2026"),
        ("refused", None, "a refusé le 22 novembre 2026"),
        ("refused", date(2026, 10, 1), "a refusé le 1 octobre 2026"),
    ],
)
def test_the_answer_is_told_with_its_day(
    tenant: TenantFacts, now: datetime, operator: str, given_on: date | None, words: str
) -> None:
    person = Person.objects.create(created_at=now)
    said = ConsentGiven("news", "sms", operator == "given", "consent", "Écrivez-moi.", given_on)
    record_consents(person_id=person.pk, consents=[said], source=Source("office", "paper"), now=now)
    with translation.override("fr"):
        assert explain({"consent": {operator: SMS}}, person, now=now).reasons() == [words]
