"""What somebody waits for does not stand behind what takes long: two queues, two workers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings
from redis import Redis

from config.queues import LONG_TASKS, queues_of, queues_taken
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.jobs.kinds import queue_of
from tenants.jobs.models import Job
from tenants.users.models import User
from tests.database import OTHER, TENANT
from tests.infra.conftest import wait_until
from tests.messaging.sink import running_sink
from tests.tenants.jobs.killing import ROOT, address_of

SHORT, LONG = "cell.fr-1", "cell.fr-1.long"


def queue_of_task(name: str) -> str:
    return str(current_app.amqp.router.route({}, name)["queue"].name)


def test_what_takes_long_has_a_queue_of_its_own() -> None:
    assert {name: queue_of_task(name) for name in LONG_TASKS} == dict.fromkeys(LONG_TASKS, LONG)
    assert set(LONG_TASKS) <= current_app.tasks.keys()
    for name in ("bus.deliver", "office.send_password_link", "tenants.provision", "deliveries.send_mailing"):
        assert queue_of_task(name) == SHORT


@pytest.mark.parametrize(
    ("kind", "parameters", "queue"),
    [
        ("backup", {}, LONG),
        ("export", {}, LONG),
        ("move_copy", {}, LONG),
        ("move_receive", {"is_quick": False}, LONG),
        ("move_receive", {"is_quick": True}, SHORT),  # the campaign is read-only until it has arrived
        ("move_freeze", {}, SHORT),
        ("rename", {}, SHORT),
        ("of a version to come", {}, LONG),
    ],
)
def test_a_job_that_somebody_waits_for_is_not_long_work(kind: str, parameters: dict[str, Any], queue: str) -> None:
    assert queue_of(kind, parameters) == queue


@pytest.mark.parametrize("role", ["all", "control", "cell"])
def test_two_workers_leave_no_queue_to_nobody(role: str) -> None:
    queues = queues_of(role, control="control", cell=SHORT, long=LONG)
    taken = [queues_taken(queues, takes=takes, long=LONG) for takes in ("short", "long")]
    assert sorted([*taken[0], *taken[1]]) == sorted(queues)
    assert taken[1] == ([] if role == "control" else [LONG])
    assert queues_taken(queues, takes="all", long=LONG) == queues


@pytest.fixture
def environment(live_tenant: TenantFacts, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of processes that work in the test's database, with queues of their own."""
    number = 3 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    broker = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{number}"))
    with Redis.from_url(broker) as redis:
        redis.flushdb()
        yield {
            **os.environ,
            "DATABASE_URL": address_of(settings.DATABASES["default"]),  # type: ignore[arg-type]
            "DATABASE_OWNER_URL": address_of(settings.DATABASE_OWNER),
            "REDIS_URL": broker,
            "CELERY_BROKER_URL": broker,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SLOW_FOLDER": str(tmp_path),
        }
        redis.flushdb()


def unfinished() -> int:
    with public_context():
        return Job.objects.unfinished().count()


@contextmanager
def worker(takes: str, environment: dict[str, str]) -> Iterator[None]:
    command = [
        str(Path(sys.executable).with_name("celery")),
        "-q",
        "-A",
        "config.celery",
        "worker",
        "--concurrency",
        "1",
    ]
    command += ["--include", "tests.tenants.jobs.slow", "--hostname", f"{takes}@%h", "--loglevel", "ERROR"]
    process = subprocess.Popen(command, env={**environment, "WORKER_TAKES": takes}, cwd=ROOT)  # noqa: S603 -- our own worker
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=120)


def test_a_mail_goes_out_while_long_work_fills_the_other_queue(
    live_tenant: TenantFacts, environment: dict[str, str], tmp_path: Path
) -> None:
    member = User.objects.create_user("ada@example.org", "correct horse", first_name="Ada")
    with running_sink() as sink, Redis.from_url(environment["CELERY_BROKER_URL"]) as redis:
        environment["SMTP_URL"] = f"smtp://127.0.0.1:{sink.port}"
        with worker("long", environment), worker("short", environment):
            command = [sys.executable, "-m", "tests.tenants.jobs.filling", str(member.pk)]
            subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=240)  # noqa: S603 -- our own module
            wait_until(lambda: (tmp_path / TENANT.hex).exists() or (tmp_path / OTHER.hex).exists())
            wait_until(lambda: sink.addresses == ["ada@example.org"])
            assert redis.llen(LONG) >= 30
            assert redis.llen(SHORT) == 0
            (tmp_path / "enough").touch()
            wait_until(lambda: not unfinished())
