"""What could be mended: each figure of the dashboard is the number of people whom its link shows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from crm.consent.services import Source
from crm.people import quality as module
from crm.people.editing import mark_address
from crm.people.models import Person
from crm.people.quality import LABELS, further_figures, quality
from crm.people.services import ContactData, capture
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.crm.people.arriving import person


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def crowd() -> None:
    """One person for each defect, and Ada, who has none."""
    now = timezone.now()
    whole: dict[str, Any] = {"phone": "06 12 34 56 78", "street": "1 rue A", "postcode": "29200", "city": "Brest"}
    person(now, 0, **whole)
    person(now, 1, **whole | {"phone": ""})
    person(now, 2, **whole | {"street": ""})
    person(now, 3, **whole | {"postcode": "", "city": ""})
    person(now, 4, **whole)
    mark_address(channel="email", address="p4@example.org", status="bad", reason="550", now=now)
    capture(
        contact=ContactData(first_name="Noé", last_name="Sans", **whole),
        kind="added",
        source=Source("office", ""),
        now=now,
    )
    old = person(now, 5, **whole)
    long_ago = now - timedelta(days=4 * 365)
    Person.objects.filter(pk=old.pk).update(created_at=long_ago, last_activity_at=long_ago)


def test_each_figure_is_what_its_link_shows(tenant: TenantFacts, office: Any) -> None:
    crowd()

    told = quality(now=timezone.now())

    assert (told.total, told.is_estimate) == (7, False)
    counts = dict(zip(LABELS, [figure.count for figure in told.figures], strict=False))
    assert counts == {"email": 1, "phone": 1, "address": 1, "commune": 1, "bad_email": 1, "basis": 1, "stale": 1}
    for figure in [*told.figures[: len(LABELS)], *told.sources]:
        assert len(office.get(figure.url).context["rows"]) == figure.count, figure.label


def test_other_apps_have_their_say_to_whoever_may_follow(
    tenant: TenantFacts, member_as: Callable[[str], User], office_as: Callable[[str], Any]
) -> None:
    assert [figure.url for figure in further_figures(member_as("manager"))] == [reverse("duplicates:index")]
    crowd()
    for role, is_told in (("manager", True), ("reader", False)):
        page = office_as(role).get("/bureau/").content.decode()
        assert ("Paires peut-être en double" in page) is is_told
        assert (reverse("duplicates:index") in page) is is_told


def test_among_many_it_is_estimated_and_remembered(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_person (email, created_at)
               SELECT CASE WHEN n / 64 %% 4 = 0 THEN '' ELSE 'x' || n || '@example.org' END, %s FROM generate_series(1, 6400) n""",
            [now],
        )
    exact = quality(now=now)
    monkeypatch.setattr(module, "FEW", -2)

    told = quality(now=now)
    Person.objects.all().delete()

    assert told.is_estimate
    assert told.total == pytest.approx(exact.total, rel=0.1)
    assert told.figures[0].count == pytest.approx(exact.figures[0].count, rel=0.25)
    assert quality(now=now).total == told.total


@pytest.mark.parametrize(
    ("lacks", "index"), [("email", "people_no_email"), ("phone", "people_no_phone"), ("address", "people_no_street")]
)
def test_the_rare_ones_are_found_by_an_index(tenant: TenantFacts, now: datetime, lacks: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_person (email, phone, street, created_at)
               SELECT 'x', '+33612345678', '1 rue A', %s - n * interval '1 minute' FROM generate_series(1, 20000) n""",
            [now],
        )
        cursor.execute("ANALYZE people_person")
    people = Person.objects.alive().filter(module.lacking(lacks, now=now)).newest_first()[:51]
    assert index in people.explain()


def test_the_dashboard_shows_it(tenant: TenantFacts, office: Any) -> None:
    crowd()
    page = office.get("/bureau/").content.decode()
    assert "?lacks=bad_email" in page
    assert "?source=form" in page
