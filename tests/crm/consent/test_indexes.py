"""What the few agreed to is found by an index; what a file's people agreed to by the million is not entered in it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection

from crm.consent.enums import Channel, Purpose
from crm.consent.models import IN_FILES, ConsentState
from crm.people.models import Person
from crm.segments.criteria.consent import ConsentGiven
from tenants.facts import TenantFacts

RARE = [
    (purpose, channel)
    for purpose in Purpose
    for channel in Channel
    if purpose != Purpose.NEWS or channel not in IN_FILES
]
FILL = """
INSERT INTO consent_consentstate (person_id, purpose, channel, granted, basis, entry_id, at)
SELECT n, 'news', channel, true, 'import_declared', n, now() FROM generate_series(1, 5000) n, unnest(%s::text[]) channel
"""


@pytest.fixture
def agreed(tenant: TenantFacts) -> Callable[[str, str], str]:
    """How the database looks for those who agreed to something."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [IN_FILES])
        cursor.execute("ANALYZE consent_consentstate")

    def plan(purpose: str, channel: str) -> str:
        states = ConsentState.objects.filter(purpose=purpose, channel=channel, granted=True).values("person")
        return str(states.explain())

    return plan


@pytest.mark.parametrize(("purpose", "channel"), RARE)
def test_a_rare_agreement_is_found_by_its_index(agreed: Callable[[str, str], str], purpose: str, channel: str) -> None:
    assert "consent_state_granted" in agreed(purpose, channel)


@pytest.mark.parametrize("channel", IN_FILES)
def test_agreements_to_news_are_not_entered_in_it(agreed: Callable[[str, str], str], channel: str) -> None:
    assert "consent_state_granted" not in agreed("news", channel)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'consent_state_granted'::regclass")
        assert cursor.fetchone()[0] == 0


def test_a_segment_of_a_rare_agreement_asks_it_too(agreed: Callable[[str, str], str], now: datetime) -> None:
    found = Person.objects.filter(ConsentGiven().condition({"purpose": "news", "channel": "post"}, now=now))
    assert "consent_state_granted" in str(found.explain())
