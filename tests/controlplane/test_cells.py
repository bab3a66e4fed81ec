"""What cells tell of themselves: health and directory, twice, late, out of order, and after an outage."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from billing.plans import PLANS
from controlplane.audit.actors import SYSTEM
from controlplane.models import Campaign, Cell, HealthRecord, OperatorAlarm, Region
from controlplane.queries import health_by_hour
from controlplane.services.campaigns import change_campaign_plan
from controlplane.services.health import watch_cells
from tenants.bus import CellHealth, Directory, LimitsChanged, ProvisionRequest, deliver, plain_body, send_to_control
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.reporting import report_directory, report_health
from tenants.users.models import User
from tests.conftest import TenantClient

MakeCampaign = Callable[..., Campaign]
pytestmark = pytest.mark.usefixtures("public_schema", "run_tasks")


def health(now: datetime, **changes: Any) -> CellHealth:
    told = CellHealth(
        cell="fr-1",
        version="v1",
        tenants=3,
        tenants_behind=0,
        queue_depth=7,
        long_queue_depth=12,
        dead_letters=0,
        disk_free=40,
        disk_total=100,
        database_size=10**7,
        oldest_alarm_at=None,
        slowest=({"query": "SELECT 1", "calls": 12, "mean_ms": 0.5},),
        at=now,
    )
    return replace(told, **changes)


def standing() -> list[tuple[str, str]]:
    return list(OperatorAlarm.objects.standing().order_by("kind", "subject").values_list("kind", "subject"))


def entry(campaign: Campaign, **changes: Any) -> dict[str, Any]:
    told = {"uuid": str(campaign.uuid), "state": campaign.state, "limits_sequence": 99, "schema_version": "v1"}
    return told | changes


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What goes to the cells: the campaigns of these tests live in none."""
    messages: list[Any] = []
    for module in ("billing.services", "controlplane.services.campaigns"):
        monkeypatch.setattr(f"{module}.send_to_cell", lambda _cell, message: messages.append(message))
    return messages


def test_health_told_twice_and_late_is_kept_once_and_moves_nothing_back(now: datetime) -> None:
    for message in (health(now), health(now), health(now - timedelta(minutes=3), queue_depth=90)):
        send_to_control(message)
    cell = Cell.objects.get(name="fr-1")
    assert cell.heard_at == now
    assert HealthRecord.objects.count() == 2
    assert [(hour["told"], hour["waiting"]) for hour in health_by_hour(cell)] == [(2, 90)]
    send_to_control(health(now + timedelta(days=2)))
    assert list(HealthRecord.objects.values_list("at", flat=True)) == [now + timedelta(days=2), now]


def test_a_silent_cell_is_an_alarm_until_it_speaks(now: datetime) -> None:
    send_to_control(health(now))
    watch_cells(now=now + timedelta(minutes=4))
    assert standing() == []
    watch_cells(now=now + timedelta(minutes=6))
    watch_cells(now=now + timedelta(minutes=7))
    assert standing() == [("cell-silent", "")]
    send_to_control(health(now + timedelta(minutes=8)))
    watch_cells(now=now + timedelta(minutes=9))
    assert standing() == []


def test_a_cell_cannot_speak_for_another_one(now: datetime) -> None:
    body = plain_body(health(now))
    deliver(name="cell_health", version=1, body=body, sender="de-1")
    assert not HealthRecord.objects.exists()


def test_an_added_cell_takes_campaigns_once_it_was_heard(now: datetime, settings: Any, capsys: Any) -> None:
    settings.BUS_URL = "redis://:secret@bus:6379/0"
    call_command("add_cell", "de-1", "--open-region")
    told = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert (told["ISOLOIR_ROLE"], told["ISOLOIR_CELL"], told["ISOLOIR_REGION"]) == ("cell", "de-1", "de")
    assert told["BUS_URL"].startswith("redis://de-1:")
    assert "secret" not in told["BUS_URL"]
    assert Region.objects.get(code="de").is_open
    assert Cell.objects.get(name="de-1").state == "expected"
    body = plain_body(health(now, cell="de-1"))
    deliver(name="cell_health", version=1, body=body, sender="de-1")
    assert Cell.objects.get(name="de-1").state == "open"
    with pytest.raises(CommandError):
        call_command("add_cell", "de")


def test_what_a_cell_tells_of_its_tenants_is_taken_over_and_late_news_are_not(
    campaign_of: MakeCampaign, customer: User, now: datetime
) -> None:
    campaign = campaign_of(customer, created_at=now - timedelta(days=1))
    newer = Directory(cell="fr-1", tenants=(entry(campaign, state="suspended"),), at=now)
    older = Directory(cell="fr-1", tenants=(entry(campaign, state="active"),), at=now - timedelta(minutes=1))
    for message in (newer, newer, older):
        send_to_control(message)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.schema_version) == ("suspended", "v1")


def test_limits_that_were_lost_are_sent_again(
    campaign_of: MakeCampaign, customer: User, now: datetime, sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    campaign = campaign_of(customer, created_at=now - timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        change_campaign_plan(campaign=campaign, plan=PLANS[-1], by=SYSTEM, now=now)
    (lost,) = sent
    with django_capture_on_commit_callbacks(execute=True):
        send_to_control(Directory(cell="fr-1", tenants=(entry(campaign, limits_sequence=lost.sequence - 1),), at=now))
    assert sent == [lost, lost]
    assert isinstance(lost, LimitsChanged)
    with django_capture_on_commit_callbacks(execute=True):
        told = entry(campaign, limits_sequence=lost.sequence)
        send_to_control(Directory(cell="fr-1", tenants=(told,), at=now + timedelta(minutes=1)))
    assert sent == [lost, lost]


def test_campaigns_that_a_cell_lacks_or_should_not_have_are_told_and_an_opening_starts_again(
    campaign_of: MakeCampaign, customer: User, now: datetime, sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    campaign = campaign_of(customer, created_at=now - timedelta(days=1))
    opening = campaign_of(
        customer, slug="autre-campagne", state="provisioning", opening="running", created_at=now - timedelta(hours=1)
    )
    stranger = {"uuid": str(uuid4()), "state": "active", "limits_sequence": 0, "schema_version": "v1"}
    with django_capture_on_commit_callbacks(execute=True):
        send_to_control(Directory(cell="fr-1", tenants=(stranger,), at=now))
    assert standing() == [("directory", "lacks"), ("directory", "strange")]
    assert [message.uuid for message in sent if isinstance(message, ProvisionRequest)] == [opening.uuid]
    send_to_control(Directory(cell="fr-1", tenants=(entry(campaign),), at=now + timedelta(minutes=1)))
    assert standing() == []


def test_a_cell_tells_all_that_it_has(tenant: TenantFacts, other_tenant: TenantFacts, now: datetime) -> None:
    told: list[Any] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tenants.reporting.send_to_control", told.append)
        report_health(now=now)
        report_directory(now=now)
    health_told, directory = told
    assert health_told.tenants == 2
    assert health_told.database_size > 0
    assert 0 < health_told.disk_free < health_told.disk_total
    assert {UUID(one["uuid"]) for one in directory.tenants} == {tenant.uuid, other_tenant.uuid}


def test_operators_see_how_a_cell_is(console: TenantClient, now: datetime) -> None:
    send_to_control(health(now))
    with public_context():
        cell = Cell.objects.get(name="fr-1")
    page = console.get(f"/console/controlplane/cell/{cell.pk}/change/").content.decode()
    assert "SELECT 1" in page
    assert console.get("/console/controlplane/cell/").status_code == 200
    assert console.get("/console/letters/deadletter/").status_code == 200
