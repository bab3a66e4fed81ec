import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import shared_task
from django.db import DatabaseError, connection, transaction

from tenants import alarms
from tenants.alarms import UnknownAlarm, cancel_alarm, on_alarm, ring_due_alarms, set_alarm
from tenants.context import public_context, require_tenant, tenant_context
from tenants.enums import TenantState
from tenants.facts import TenantFacts
from tenants.models import Alarm, Tenant
from tenants.tasking import HEADER, TenantTask
from tenants.version import schema_version

RUNG: list[tuple[str, str]] = []


@shared_task(name="tests.ring", base=TenantTask)
def ring_task(*, key: str) -> None:
    RUNG.append((require_tenant().slug, key))


@shared_task(name="tests.duty", base=TenantTask, also_when_closed=True)
def duty_task(*, key: str) -> None:
    RUNG.append((require_tenant().slug, key))


@pytest.fixture(autouse=True)
def _handler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "_handlers", {})
    monkeypatch.setattr(alarms, "_also_when_closed", set())
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


class Queries:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.append(sql)
        return execute(sql, params, many, context)


def idle_tenants(number: int) -> None:
    with public_context():
        Tenant.objects.bulk_create(
            Tenant(
                schema_name=f"c_idle{count:04d}",
                slug=f"idle-{count}",
                name="Idle",
                kind="party",
                state=TenantState.ACTIVE,
                region="fr",
                cell="fr-1",
                schema_version=schema_version(),
            )
            for count in range(number)
        )


def test_a_thousand_idle_tenants_cost_the_one_claim_of_a_beat(tenant: TenantFacts, now: datetime) -> None:
    idle_tenants(1000)
    with public_context():
        Alarm.objects.bulk_create(
            Alarm(schema_name=f"c_idle{count:04d}", kind="tests.ring", due_at=now + timedelta(days=1))
            for count in range(1000)
        )
    queries = Queries()
    with connection.execute_wrapper(queries):
        assert ring_due_alarms(now=now) == 0
    reads = [sql for sql in queries.seen if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(reads) == 1
    assert "SKIP LOCKED" in reads[0]


def test_what_is_due_is_found_by_its_index(tenant: TenantFacts, now: datetime) -> None:
    """The claim's cost grows with the work due, not with the alarms set."""
    idle_tenants(1)
    with public_context():
        Alarm.objects.bulk_create(
            Alarm(schema_name="c_idle0000", kind="tests.ring", key=str(count), due_at=now + timedelta(days=1))
            for count in range(2000)
        )
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # whatever statistics another test has left behind
            cursor.execute("EXPLAIN SELECT * FROM tenants_alarm WHERE due_at <= %s ORDER BY due_at LIMIT 500", [now])
            assert "tenants_alarm_due_at" in " ".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("change", "rings", "stays"),
    [
        ({"state": TenantState.SUSPENDED}, 0, 1),
        ({"state": TenantState.MOVING}, 0, 1),
        ({"state": TenantState.CLOSED}, 0, 1),
        ({"schema_version": "older"}, 0, 1),
        ({"state": TenantState.MOVED}, 0, 1),
        ({"state": TenantState.ERASED}, 1, 0),  # dropped by its task
    ],
)
def test_the_alarms_of_a_tenant_that_rests_wait_and_those_of_one_that_is_gone_go(
    tenant: TenantFacts, now: datetime, run_tasks: None, change: dict[str, str], rings: int, stays: int
) -> None:
    set_alarm("tests.ring", due_at=now, key="mine")
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(**change)
        assert ring_due_alarms(now=now) == rings
        assert Alarm.objects.count() == stays
        Tenant.objects.filter(uuid=tenant.uuid).update(state=TenantState.ACTIVE, schema_version=schema_version())
    assert ring_due_alarms(now=now) == stays
    assert len(RUNG) == stays


def test_what_the_law_asks_for_is_done_for_a_suspended_tenant_too(
    tenant: TenantFacts, now: datetime, run_tasks: None
) -> None:
    on_alarm("tests.duty", duty_task, also_when_closed=True)
    set_alarm("tests.duty", due_at=now, key="erase")
    set_alarm("tests.ring", due_at=now, key="send")
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(state=TenantState.SUSPENDED)
    assert ring_due_alarms(now=now) == 1
    assert RUNG == [("demain", "erase")]


def test_two_beats_at_once_claim_each_alarm_once(live_tenant: TenantFacts, now: datetime) -> None:
    """The first beat holds its claim until its tasks are queued; the second one takes what is left, and waits for nobody."""
    for number in range(alarms.CLAIMED_AT_ONCE + 20):
        set_alarm("tests.ring", due_at=now, key=str(number))
    queued: list[str] = []
    second = threading.Event()

    class Queue:
        def apply_async(self, *, kwargs: dict[str, str], headers: dict[str, str]) -> None:
            queued.append(kwargs["key"])
            if not second.is_set():
                second.set()
                thread.start()
                thread.join(120)

    on_alarm("tests.ring", Queue())
    thread = threading.Thread(target=in_a_thread, args=(now,))
    assert ring_due_alarms(now=now) == alarms.CLAIMED_AT_ONCE
    assert not thread.is_alive()
    assert sorted(queued, key=int) == [str(number) for number in range(alarms.CLAIMED_AT_ONCE + 20)]


def in_a_thread(now: datetime) -> None:
    try:
        ring_due_alarms(now=now)
    finally:
        connection.close()


def test_a_task_of_a_tenant_behind_the_code_waits_for_its_migration(
    tenant: TenantFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[dict[str, str]] = []
    monkeypatch.setattr(ring_task, "apply_async", lambda args, kwargs, **options: later.append(kwargs))
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(schema_version="older")
    ring_task.push_request(headers={HEADER: tenant.schema_name}, called_directly=False)
    try:
        ring_task(key="mine")
    finally:
        ring_task.pop_request()
    assert (RUNG, later) == ([], [{"key": "mine"}])


def test_an_alarm_that_this_version_does_not_know_stops_no_other(
    tenant: TenantFacts, now: datetime, run_tasks: None
) -> None:
    with public_context():
        Alarm.objects.create(
            schema_name=tenant.schema_name, kind="of.another.version", due_at=now - timedelta(minutes=9)
        )
    set_alarm("tests.ring", due_at=now - timedelta(minutes=1), key="mine")
    assert ring_due_alarms(now=now) == 1
    assert RUNG == [("demain", "mine")]
    with public_context():
        assert Alarm.objects.get().kind == "of.another.version"
