"""How many the list tells of: exactly while it is cheap, then about."""

from datetime import datetime

import pytest

from crm.people import listing
from crm.people.models import Person
from tenants.facts import TenantFacts


@pytest.mark.parametrize(("people", "is_estimate"), [(2, False), (3, True)])
def test_beyond_what_is_counted_the_number_is_an_estimate(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, people: int, is_estimate: bool
) -> None:
    monkeypatch.setattr(listing, "COUNTED", 2)
    Person.objects.bulk_create(Person(last_name="Durand", created_at=now) for _ in range(people))

    told = listing.count_for(listing.Filters(text="durand"), now=now)
    exactly = listing.count_for(listing.Filters(text="durand"), now=now, exact=True)

    assert told.is_estimate is is_estimate
    assert told.number >= 2
    assert exactly == listing.Counted(people, is_estimate=False)
