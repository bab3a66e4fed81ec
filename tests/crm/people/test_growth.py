"""People gained: the figure of the dashboard is the number of people in the list behind it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from crm.consent.services import Source
from crm.people.erasing import erase_person
from crm.people.growth import growth
from crm.people.listing import Filters, count_for
from crm.people.merging import merge_people
from crm.people.models import Person
from tenants.facts import TenantFacts

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def test_the_week_is_the_one_of_the_list_and_of_the_living(tenant: TenantFacts, now: datetime) -> None:
    midnight = datetime(2026, 11, 16, tzinfo=PARIS)  # the seventh day, on 22 November
    moments = (midnight - timedelta(minutes=1), midnight, now - timedelta(days=6, hours=1), now, now, now)
    joined = [Person.objects.create(last_name=f"P{number}", created_at=at) for number, at in enumerate(moments)]
    erase_person(person_id=joined[-1].pk, now=now)
    merge_people(keep=joined[-3], merged=joined[-2], source=Source("office", "person"), now=now)

    told = growth(now)

    assert (told.gained, told.before, told.days[0].gained) == (3, 1, 2)
    assert count_for(Filters(since=7), now=now, exact=True).number == told.gained


def test_a_week_with_a_change_of_the_clock_begins_at_midnight(tenant: TenantFacts) -> None:
    now = datetime(2026, 10, 27, 0, 30, tzinfo=PARIS)
    midnight = datetime(2026, 10, 21, tzinfo=PARIS)
    for at in (midnight - timedelta(minutes=1), midnight):
        Person.objects.create(last_name="Durand", created_at=at)

    assert (growth(now).gained, count_for(Filters(since=7), now=now).number) == (1, 1)
