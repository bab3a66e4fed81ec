from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controlplane.audit.models import AuditEntry
from controlplane.fleet.models import FleetRun
from controlplane.models import Campaign
from tenants.users.models import User
from tests.conftest import TenantClient

MakeCampaign = Callable[..., Campaign]
pytestmark = pytest.mark.usefixtures("public_schema")
FLEET = "admin:fleet_fleetrun_changelist"
URLCONF = "config.urls_platform"


def fleet() -> str:
    return reverse(FLEET, urlconf=URLCONF)


def again(campaign: Campaign) -> str:
    return reverse("admin:fleet_retry", args=[campaign.pk], urlconf=URLCONF)


@pytest.fixture
def failed(campaign_of: MakeCampaign, customer: User, now: datetime) -> Campaign:
    return campaign_of(customer, schema_version="0ld5chema", migration_error="CheckViolation 23514", version_at=now)


def test_operators_see_versions_upgrades_and_who_was_left_behind(
    console: TenantClient, failed: Campaign, now: datetime
) -> None:
    FleetRun.objects.create(
        uuid=uuid4(),
        cell="fr-1",
        version="0123456789abcdef",
        state="failed",
        total=40,
        done=39,
        failed=1,
        rate=12.5,
        started_at=now,
        finished_at=now,
        news_at=now,
    )
    page = console.get(fleet()).content.decode()
    for words in ("0ld5chema", "CheckViolation 23514", failed.name, "0123456789abcdef", "39", again(failed)):
        assert words in page


def test_the_campaigns_list_tells_the_version_and_filters_by_it(
    console: TenantClient, failed: Campaign, campaign_of: MakeCampaign, customer: User
) -> None:
    campaign_of(customer, "autre", name="Une autre", schema_version="newschema")
    campaigns = reverse("admin:controlplane_campaign_changelist", urlconf=URLCONF)
    assert "<code>newschem</code>" in console.get(campaigns).content.decode()
    for query, seen, unseen in (
        ("?version=newschema", "Une autre", failed.name),
        ("?version=failed", failed.name, "Une autre"),
    ):
        page = console.get(campaigns + query).content.decode()
        assert f">{seen}<" in page
        assert f">{unseen}<" not in page


def test_as_many_queries_for_three_versions_as_for_one(
    console: TenantClient,
    campaign_of: MakeCampaign,
    customer: User,
    failed: Campaign,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    with CaptureQueriesContext(connection) as one:
        console.get(fleet())
    for number in range(3):
        campaign_of(customer, f"plus-{number}", schema_version=f"v{number}", migration_error="X")
    with django_assert_num_queries(len(one)):
        console.get(fleet())


def test_support_tries_again_and_a_reader_may_not(operator_as: Callable[[str], TenantClient], failed: Campaign) -> None:
    reader, support = operator_as("reader"), operator_as("support")
    assert again(failed) not in reader.get(fleet()).content.decode()
    assert reader.post(again(failed)).status_code == 403
    assert support.get(again(failed)).status_code == 405
    assert support.post(again(failed)).status_code == 302
    assert AuditEntry.objects.filter(action="fleet.retried").count() == 1


def test_strangers_are_sent_to_the_door(platform: TenantClient, failed: Campaign) -> None:
    assert platform.get(fleet()).status_code == 302
    assert platform.post(again(failed)).status_code == 302
    assert not AuditEntry.objects.filter(action="fleet.retried").exists()


def test_an_administrator_names_a_canary_and_has_it_no_longer_be_one(
    console: TenantClient, operator_as: Callable[[str], TenantClient], failed: Campaign
) -> None:
    address = reverse("admin:fleet_canary", urlconf=URLCONF)
    assert console.get(address).status_code == 405
    assert operator_as("support").post(address, {"campaign": failed.slug, "is_canary": "on"}).status_code == 403
    assert "introuvable" in console.post(address, {"campaign": "nobody"}, follow=True).content.decode()
    for typed in (failed.host, str(failed.uuid)):
        console.post(address, {"campaign": typed, "is_canary": "on"})
        failed.refresh_from_db()
        assert failed.is_canary
        assert str(failed.uuid) in console.get(fleet()).content.decode()
        console.post(address, {"campaign": str(failed.uuid)})
        failed.refresh_from_db()
        assert not failed.is_canary
