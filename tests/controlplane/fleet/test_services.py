from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from controlplane.audit.actors import SYSTEM
from controlplane.audit.models import AuditEntry
from controlplane.fleet.models import FleetRun
from controlplane.fleet.queries import canaries, failed_migrations, versions_by_cell
from controlplane.fleet.services import name_canary, record_migration, retry_migration
from controlplane.models import Campaign
from tenants import bus
from tenants.bus import CanaryNamed, MigrationProgress, MigrationRequest
from tenants.models import Tenant
from tenants.reporting import report_directory
from tenants.users.models import User
from tests.database import TENANT

MakeCampaign = Callable[..., Campaign]
pytestmark = pytest.mark.usefixtures("public_schema")


@pytest.fixture
def told(now: datetime) -> MigrationProgress:
    return MigrationProgress(
        uuid=uuid4(),
        version="new",
        state="running",
        total=3,
        done=1,
        failed=1,
        rate=2.0,
        started_at=now,
        finished_at=None,
        migrated=(),
        failures=(),
        at=now,
    )


def test_news_of_an_upgrade_arrive_as_they_were_sent(
    told: MigrationProgress, run_tasks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[MigrationProgress] = []
    monkeypatch.setitem(bus._receivers, "migration_progressed", got.append)
    sent = replace(told, migrated=("a",), failures=({"uuid": "b", "error": "CheckViolation"},))
    bus.send_to_control(sent)
    assert got == [sent]


def test_who_arrived_and_who_failed_is_kept_and_the_time_left_is_told(
    told: MigrationProgress, campaign_of: MakeCampaign, customer: User
) -> None:
    arrived, failed = campaign_of(customer, "un"), campaign_of(customer, "deux")
    failures = ({"uuid": str(failed.uuid), "error": "CheckViolation 23514"},)
    record_migration(replace(told, migrated=(str(arrived.uuid),), failures=failures), cell="fr-1")
    assert FleetRun.objects.get().seconds_left == 0 or FleetRun.objects.get().seconds_left == 1
    assert failed_migrations() == [failed]
    assert {(row.version, row.campaigns) for row in versions_by_cell()} == {("new", 1), ("", 1)}
    record_migration(replace(told, migrated=(str(failed.uuid),), at=told.at + timedelta(seconds=9)), cell="fr-1")
    assert failed_migrations() == []


def test_news_that_come_late_or_twice_change_nothing(
    told: MigrationProgress, campaign_of: MakeCampaign, customer: User
) -> None:
    campaign = campaign_of(customer)
    last = replace(told, done=3, state="done", migrated=(str(campaign.uuid),), at=told.at + timedelta(seconds=5))
    late = replace(told, version="old", migrated=(str(campaign.uuid),))
    for message in (last, late, last):
        record_migration(message, cell="fr-1")
    campaign.refresh_from_db()
    assert (FleetRun.objects.get().done, FleetRun.objects.get().state, campaign.schema_version) == (3, "done", "new")


def test_a_cell_tells_nothing_of_another_cells_campaigns(
    told: MigrationProgress, campaign_of: MakeCampaign, customer: User
) -> None:
    campaign = campaign_of(customer)
    record_migration(replace(told, migrated=(str(campaign.uuid),)), cell="de-1")
    campaign.refresh_from_db()
    assert campaign.schema_version == ""


def test_a_failed_campaign_is_tried_again_by_its_cell_and_the_audit_says_who_asked(
    campaign_of: MakeCampaign,
    customer: User,
    now: datetime,
    run_tasks: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    got: list[MigrationRequest] = []
    monkeypatch.setitem(bus._receivers, "migration_requested", got.append)
    campaign = campaign_of(customer)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        retry_migration(campaign=campaign, by=SYSTEM, now=now)
    assert got == [MigrationRequest(uuid=campaign.uuid)]
    assert AuditEntry.objects.get(action="fleet.retried").campaign_uuid == campaign.uuid


def test_a_canary_is_named_its_cell_is_told_and_late_news_change_nothing(
    campaign_of: MakeCampaign,
    customer: User,
    now: datetime,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    campaign = campaign_of(customer, uuid=TENANT)
    for is_canary in (True, True, False, True):
        with django_capture_on_commit_callbacks(execute=True):
            name_canary(campaign=campaign, is_canary=is_canary, by=SYSTEM, now=now)
    bus.send_to_cell("fr-1", CanaryNamed(uuid=TENANT, is_canary=False, sequence=2))  # late
    tenant = Tenant.objects.get(uuid=TENANT)
    assert (tenant.is_canary, tenant.canary_sequence) == (True, 3)
    assert canaries() == [campaign]
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["fleet.canary_named", "fleet.canary_dropped", "fleet.canary_named"]


def test_a_canary_that_its_cell_never_heard_of_is_told_again_by_the_directory(
    campaign_of: MakeCampaign,
    customer: User,
    now: datetime,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    campaign_of(customer, uuid=TENANT, created_at=now - timedelta(days=1), is_canary=True, canary_sequence=4)
    with django_capture_on_commit_callbacks(execute=True):
        report_directory(now=now)
    assert Tenant.objects.get(uuid=TENANT).is_canary


def test_operators_get_one_mail_when_an_upgrade_is_over(
    told: MigrationProgress,
    campaign_of: MakeCampaign,
    customer: User,
    now: datetime,
    settings: Any,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.ADMINS = [("Operators", "rose@example.net")]
    behind = campaign_of(customer, "en-retard")
    failures = ({"uuid": str(behind.uuid), "error": "CheckViolation 23514"},)
    over = replace(told, state="stopped", failed=1, failures=failures, finished_at=now, at=now + timedelta(seconds=5))
    with django_capture_on_commit_callbacks(execute=True):
        for message in (told, over, over, told):
            record_migration(message, cell="fr-1")
    (letter,) = mail.outbox
    assert letter.to == ["rose@example.net"]
    for words in ("fr-1", "en-retard", "CheckViolation 23514", "témoin"):
        assert words in letter.body
    assert FleetRun.objects.get().finished_at == now
