"""The demo campaign, smaller: alive, the same each time, and written to nobody."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from controlplane.demo.campaign import OPERATOR, OWNER, PASSWORD, SEED, SLUG
from controlplane.demo.fields import POSTERS
from controlplane.demo.people import FIXED, MOBILE, Inventor, growing_moments
from controlplane.models import Campaign
from crm.consent.models import ConsentEntry
from crm.fields.models import CustomField
from crm.imports.models import Import
from crm.people.models import EmailAddress, Person, PhoneNumber
from crm.segments.models import Segment
from crm.segments.queries import segment_count
from messaging.deliveries.models import Delivery, Mailing
from messaging.email.models import Message
from sitebuilder.pages.models import ContentPage
from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.queries import get_tenant
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.database import copy, ready_database, use, worker_database

PEOPLE = 400
RESERVED = (".example", "example.org", "example.net", "example.com")


@pytest.fixture(scope="module")
def facts(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Loaded once, with real commits: the database is copied anew afterwards."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=str(folder)):
        call_command("load_demo", people=PEOPLE, stdout=StringIO())
        yield json.loads((folder / "demo.json").read_text())
        connections.close_all()
        copy(ready_database(), worker_database())
        use(worker_database())


@pytest.fixture
def demo(facts: dict[str, Any]) -> Iterator[TenantFacts]:
    with public_context():
        tenant = get_tenant(Campaign.objects.get(slug=SLUG).uuid)
    with tenant_context(tenant):
        yield tenant


def counts() -> dict[str, int]:
    models = (Person, ConsentEntry, Segment, Message, Mailing, Delivery, Import, ContentPage, User)
    return {model.__name__: model.objects.count() for model in models}


def test_the_demo_is_alive(demo: TenantFacts, facts: dict[str, Any]) -> None:
    now = timezone.now()
    assert Person.objects.count() == PEOPLE
    assert Person.objects.filter(created_at__gte=now - timedelta(days=7)).count() > PEOPLE // 40
    assert not Person.objects.filter(created_at__gt=now).exists()
    assert all(segment_count(segment) for segment in Segment.objects.all())
    assert [run.rejected > 0 for run in Import.objects.to_decide()] == [True]
    assert set(Mailing.objects.values_list("state", flat=True)) == {"finished"}
    assert Message.objects.filter(dispatches=None).count() == 1
    assert (facts["owner"]["email"], facts["operator"]["email"]) == (OWNER.email, OPERATOR.email)


def test_loading_it_again_adds_nothing(demo: TenantFacts) -> None:
    before = counts()
    with public_context():
        call_command("load_demo", people=PEOPLE, stdout=StringIO())
    with tenant_context(demo):
        assert counts() == before


def test_loading_it_again_does_without_a_field_that_was_renamed(demo: TenantFacts) -> None:
    CustomField.objects.filter(name=POSTERS).update(name="Collages", folded="collages")
    with public_context():
        call_command("load_demo", people=PEOPLE, stdout=StringIO())
    with tenant_context(demo):
        assert CustomField.objects.filter(name__in=[POSTERS, "Collages"]).count() == 2


def test_nobody_real_can_be_written_to(demo: TenantFacts) -> None:
    assert [one.address for one in EmailAddress.objects.all() if not one.address.endswith(RESERVED)] == []
    assert [one.number for one in PhoneNumber.objects.all() if not one.number.startswith((MOBILE, FIXED))] == []
    assert mail.outbox == []


def test_only_who_had_come_and_agreed_was_written_to(demo: TenantFacts) -> None:
    for mailing in Mailing.objects.all():
        people = Person.objects.filter(deliveries__mailing=mailing)
        assert people.exists()
        assert not people.filter(created_at__gt=mailing.asked_at).exists()
    assert not Delivery.objects.filter(consent_id=None).exists()


def test_its_owner_enters_and_its_site_is_read(demo: TenantFacts, facts: dict[str, Any]) -> None:
    browser = TenantClient(demo.primary_host)
    assert browser.login(username=facts["owner"]["email"], password=PASSWORD)
    for address in ["/bureau/", "/bureau/tris/", "/bureau/imports/", "/bureau/messages/"]:
        assert browser.get(address).status_code == 200
    visitor = TenantClient(demo.primary_host)
    assert "Castellan" in visitor.get("/").content.decode()
    assert visitor.get("/programme/").status_code == 200


def test_the_same_seed_invents_the_same_people() -> None:
    now = timezone.now()

    def invent() -> list[Any]:
        rng = Random(SEED)  # noqa: S311 -- invented people
        inventor = Inventor(rng, now=now)
        return [inventor.supporter(moment) for moment in growing_moments(rng, 50, now=now, days=100)]

    assert invent() == invent()


def test_more_and_more_people_come() -> None:
    now = timezone.now()
    rng = Random(SEED)  # noqa: S311 -- invented people
    moments = growing_moments(rng, 2000, now=now, days=100)
    assert moments == sorted(moments)
    assert moments[-1] <= now
    halves = [
        sum(moment < now - timedelta(days=50) for moment in moments),
        sum(moment >= now - timedelta(days=50) for moment in moments),
    ]
    assert halves[1] > 2 * halves[0]
