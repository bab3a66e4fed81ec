"""kill -9 on a real worker process in the middle of a batch: nobody is lost, nobody is written to twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from messaging.deliveries.counts import counts_of
from messaging.deliveries.engine import WINDOW, send_due_batches
from messaging.deliveries.enums import DeliveryState, MailingState
from messaging.deliveries.models import Delivery, Mailing
from messaging.deliveries.services import finish_mailing, prepare_mailing, start_mailing
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.sink import Sink
from tests.messaging.support import draft, people, recounted, send

PEOPLE = 120
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def worker(live_tenant: TenantFacts, sink: Sink, settings: Any) -> Callable[[Mailing], subprocess.Popen[bytes]]:
    base = settings.DATABASES["default"]
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = make_conninfo("", **{key: str(base[name]) for key, name in parts.items() if base[name]})
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "SMTP_URL": settings.SMTP_URL,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }

    def start(mailing: Mailing) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.messaging.worker", live_tenant.schema_name, str(mailing.pk)]
        return subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603 -- our own module

    return start


def kill_in_the_middle(process: subprocess.Popen[bytes], sink: Sink, after: int) -> None:
    deadline = time.monotonic() + 240
    while len(sink.caught) < after and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert after <= len(sink.caught) < PEOPLE


@pytest.mark.parametrize("kill_after", [1, 60])
def test_a_killed_worker_loses_nobody_and_writes_to_nobody_twice(
    live_tenant: TenantFacts, worker: Callable[[Mailing], subprocess.Popen[bytes]], sink: Sink, kill_after: int
) -> None:
    owner = User.objects.create_user("ada@example.org", "correct horse")
    people(PEOPLE)
    mailing = send(draft(owner), owner, now=timezone.now()).mailing
    prepare_mailing(mailing_id=mailing.pk, now=timezone.now())
    start_mailing(mailing_id=mailing.pk, now=timezone.now())

    sink.stuck_after = kill_after
    kill_in_the_middle(worker(mailing), sink, kill_after)

    assert set(counts_of([mailing.pk])) == recounted(mailing)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE deliveries_batch SET leased_until = now() - interval '1 second' WHERE state = 'leased'")
    sink.stuck_after = None
    send_due_batches(mailing_id=mailing.pk, now=timezone.now(), seconds=60)
    finish_mailing(mailing_id=mailing.pk, now=timezone.now())
    mailing.refresh_from_db()

    received = Counter(sink.addresses)
    outcomes = dict(Delivery.objects.filter(mailing=mailing).values_list("person__email", "state"))
    unknown = {address for address, state in outcomes.items() if state == DeliveryState.UNKNOWN}
    assert max(received.values()) == 1
    assert len(outcomes) == PEOPLE
    assert set(outcomes.values()) <= {DeliveryState.ACCEPTED, DeliveryState.UNKNOWN}
    assert {address for address, state in outcomes.items() if state == DeliveryState.ACCEPTED} <= set(received)
    assert len(unknown) <= WINDOW
    assert mailing.state == MailingState.FINISHED
    assert set(counts_of([mailing.pk])) == recounted(mailing)
