from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from celery import shared_task

from tenants import alarms
from tenants.alarms import on_alarm, ring_due_alarms, set_alarm
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.jobs.models import Job
from tenants.lifecycle.erasing import erase_when_due
from tenants.lifecycle.kinds import CLOSE, ERASE, REOPEN, RESUME, SUSPEND
from tenants.lifecycle.states import erasure_uuid
from tenants.lifecycle.tasks import erase_when_due_task
from tenants.models import Alarm, Tenant
from tenants.queries import get_tenant
from tenants.tasking import HEADER, TenantTask
from tests.conftest import TenantClient
from tests.tenants.lifecycle.conftest import Do

RAN: list[str] = []


@shared_task(name="tests.lifecycle_send", base=TenantTask)
def send_task(*, key: str) -> None:
    RAN.append(key)


@pytest.fixture
def sending(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(alarms, "_handlers", dict(alarms._handlers))
    on_alarm("tests.send", send_task)
    RAN.clear()
    yield
    RAN.clear()


def erase_at(now: datetime) -> str:
    return (now + timedelta(days=30)).isoformat()


def state(tenant: TenantFacts) -> str:
    return get_tenant(tenant.uuid).state


def test_suspended_twice_and_resumed_it_is_open(tenant: TenantFacts, site: TenantClient, do: Do) -> None:
    assert [do(SUSPEND).state, do(SUSPEND).state] == ["done", "done"]
    assert site.get("/").status_code == 503
    assert [do(RESUME).state, do(RESUME).state] == ["done", "done"]
    assert site.get("/").status_code == 200


def test_while_it_is_suspended_its_work_waits_and_comes_back_with_it(
    tenant: TenantFacts, do: Do, now: datetime, sending: None, run_tasks: None
) -> None:
    set_alarm("tests.send", due_at=now, key="later")
    do(SUSPEND)
    assert ring_due_alarms(now=now) == 0
    send_task.apply_async(kwargs={"key": "queued before"}, headers={HEADER: tenant.schema_name})
    assert RAN == []
    do(RESUME)
    assert ring_due_alarms(now=now) == 1
    assert RAN == ["later"]


@pytest.mark.parametrize("untouchable", ["moving", "provisioning"])
def test_nothing_rings_in_a_tenant_that_must_not_be_written_to(
    tenant: TenantFacts, now: datetime, sending: None, monkeypatch: pytest.MonkeyPatch, untouchable: str
) -> None:
    monkeypatch.setattr(alarms, "_also_when_closed", {"tests.send"})
    set_alarm("tests.send", due_at=now)
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(state=untouchable)
        assert ring_due_alarms(now=now) == 0
        Tenant.objects.filter(uuid=tenant.uuid).update(state="suspended")
        assert ring_due_alarms(now=now) == 1


def test_an_alarm_of_an_erased_tenant_goes_and_does_nothing(
    tenant: TenantFacts, now: datetime, sending: None, run_tasks: None
) -> None:
    set_alarm("tests.send", due_at=now)
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(state="erased")
        assert ring_due_alarms(now=now) == 1
        assert ring_due_alarms(now=now) == 0
    assert RAN == []


def test_a_closed_site_says_so_and_its_erasure_has_a_day(
    tenant: TenantFacts, site: TenantClient, do: Do, now: datetime
) -> None:
    job = do(CLOSE, erase_at=erase_at(now))
    assert site.get("/").status_code == 410
    with public_context():
        alarm = Alarm.objects.get(schema_name=tenant.schema_name)
    assert (alarm.kind, alarm.key, alarm.due_at) == ("lifecycle.erase", str(job.uuid), now + timedelta(days=30))


def test_who_comes_back_in_time_loses_nothing(
    tenant: TenantFacts, site: TenantClient, do: Do, now: datetime, run_tasks: None
) -> None:
    do(CLOSE, erase_at=erase_at(now))
    assert do(REOPEN, state="active").state == "done"
    assert site.get("/").status_code == 200
    assert ring_due_alarms(now=now + timedelta(days=31)) == 0
    with public_context():
        assert not Job.objects.filter(kind=ERASE).exists()


def test_a_suspended_campaign_does_not_escape_by_closing(tenant: TenantFacts, do: Do, now: datetime) -> None:
    do(SUSPEND)
    job = do(CLOSE, erase_at=erase_at(now))
    assert job.result["was"] == "suspended"
    do(REOPEN, state=job.result["was"])
    assert state(tenant) == "suspended"


def test_only_what_is_closed_is_reopened(tenant: TenantFacts, do: Do) -> None:
    job = do(REOPEN, state="suspended")
    assert (job.state, job.error) == ("failed", "is_active")


def test_the_alarm_starts_the_erasure_once(tenant: TenantFacts, do: Do, now: datetime) -> None:
    closing = do(CLOSE, erase_at=erase_at(now))
    assert ring_due_alarms(now=now + timedelta(days=29)) == 0
    assert ring_due_alarms(now=now + timedelta(days=30)) == 1
    for _twice in range(2):
        erase_when_due_task.apply(kwargs={"key": str(closing.uuid)}, headers={HEADER: tenant.schema_name})
    with public_context():
        assert Job.objects.get(kind=ERASE).uuid == erasure_uuid(closing.uuid)


def test_an_alarm_that_comes_late_does_not_erase_who_came_back(tenant: TenantFacts, do: Do, now: datetime) -> None:
    closing = do(CLOSE, erase_at=erase_at(now))
    do(REOPEN, state="active")
    erase_when_due(closing=closing.uuid, tenant_uuid=tenant.uuid)
    with public_context():
        assert not Job.objects.filter(kind=ERASE).exists()
    assert do(ERASE).error == "not_closed"
