from datetime import datetime, timedelta

import pytest
from celery import shared_task
from django.db import DatabaseError, connection, transaction

from tenants import alarms
from tenants.alarms import UnknownAlarm, cancel_alarm, on_alarm, ring_due_alarms, set_alarm
from tenants.context import public_context, require_tenant, tenant_context
from tenants.facts import TenantFacts
from tenants.models import Alarm
from tenants.tasking import TenantTask

RUNG: list[tuple[str, str]] = []


@shared_task(name="tests.ring", base=TenantTask)
def ring_task(*, key: str) -> None:
    RUNG.append((require_tenant().slug, key))


@pytest.fixture(autouse=True)
def _handler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "_handlers", {})
    on_alarm("tests.ring", ring_task)
    RUNG.clear()


def test_a_due_alarm_starts_its_tenants_task_once(
    tenant: TenantFacts, other_tenant: TenantFacts, now: datetime, run_tasks: None
) -> None:
    set_alarm("tests.ring", due_at=now - timedelta(minutes=1), key="mine")
    with tenant_context(other_tenant):
        set_alarm("tests.ring", due_at=now - timedelta(minutes=2), key="theirs")
        set_alarm("tests.ring", due_at=now + timedelta(minutes=1), key="later")
    assert ring_due_alarms(now=now) == 2
    assert RUNG == [("autre", "theirs"), ("demain", "mine")]
    assert ring_due_alarms(now=now) == 0


def test_an_alarm_asked_twice_rings_once_at_the_earlier_time(tenant: TenantFacts, now: datetime) -> None:
    for minutes in (10, 5, 20):
        set_alarm("tests.ring", due_at=now + timedelta(minutes=minutes), key="same")
    with public_context():
        assert [alarm.due_at for alarm in Alarm.objects.all()] == [now + timedelta(minutes=5)]


def test_a_cancelled_alarm_does_not_ring_and_another_tenants_stays(
    tenant: TenantFacts, other_tenant: TenantFacts, now: datetime
) -> None:
    set_alarm("tests.ring", due_at=now, key="same")
    with tenant_context(other_tenant):
        set_alarm("tests.ring", due_at=now, key="same")
    cancel_alarm("tests.ring", key="same")
    with public_context():
        assert list(Alarm.objects.values_list("schema_name", flat=True)) == [other_tenant.schema_name]


def test_an_alarm_that_nobody_handles_is_refused(tenant: TenantFacts, now: datetime) -> None:
    with pytest.raises(UnknownAlarm):
        set_alarm("nonsense", due_at=now)


def test_without_a_tenant_no_alarm_can_be_set(public_schema: None, now: datetime) -> None:
    with pytest.raises(DatabaseError, match="no tenant"), transaction.atomic():
        set_alarm("tests.ring", due_at=now)


def test_the_alarm_goes_with_its_transaction(tenant: TenantFacts, now: datetime) -> None:
    sid = transaction.savepoint()
    set_alarm("tests.ring", due_at=now, key="undone")
    transaction.savepoint_rollback(sid)
    with public_context():
        assert Alarm.objects.count() == 0
    assert connection.in_atomic_block
