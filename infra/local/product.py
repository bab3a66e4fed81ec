"""The product's processes, as services of the supervisor, and what the person asked for."""

import os
import re
import socket
import sys
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from processes import Service, StackError
from sharing import Folder

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
LOOPBACK = "127.0.0.1"
WORKER_MB = 512  # a web worker above it is replaced: what it keeps of every tenant it served goes with it
# The old one goes on for so long: the new one listens once it has loaded everything (4 s, 15 on a busy machine).
TAKEOVER_SECONDS = 30
CELL_NAME = re.compile(r"[a-z]{2,12}-[0-9]{1,3}")
# Every few seconds, or for every object saved: in the logs, not on the screen.
UNSHOWN = (
    "tenants.ring_alarms",
    "tenants.resume_provisioning",
    "Scheduler: Sending due task",
    "django_tasks: Task id=",
    '"django_tasks"',
)


@dataclass(frozen=True)
class Plan:
    """What the person asked for, by variables and options."""

    host: str
    port: int
    outbox_port: int
    platform_host: str
    with_demo: bool
    fast: bool
    cells: tuple[str, ...] = ()  # of their own, beside the control plane; none: one process is both
    with_s3: bool = False

    @property
    def platform_url(self) -> str:
        return f"http://{self.platform_host}:{self.port}/"


def plan_from_environment(*, with_demo: bool, fast: bool) -> Plan:
    return Plan(
        host=os.environ.get("HOST", LOOPBACK),
        port=_port("PORT", 8000),
        outbox_port=_port("OUTBOX_PORT", 8025),
        platform_host=os.environ.get("PLATFORM_HOST", "isoloir.localhost"),
        with_demo=with_demo,
        fast=fast,
        cells=_cells(),
        with_s3=os.environ.get("S3", "") not in ("", "0"),
    )


def _cells() -> tuple[str, ...]:
    names = tuple(name.strip() for name in os.environ.get("CELLS", "").split(",") if name.strip())
    wrong = [name for name in names if not CELL_NAME.fullmatch(name)]
    if wrong or len(set(names)) != len(names):
        raise StackError(f"CELLS must be names such as fr-1,de-1, each once, not “{os.environ['CELLS']}”.")
    return names


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, "") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise StackError(f"{variable} must be the number of a port, not “{text}”.")
    return int(text)


def command(name: str, arguments: list[str], environment: dict[str, str]) -> Service:
    return Service(
        name=name,
        command=[sys.executable, *arguments],
        environment=environment,
        folder=ROOT,
        is_command=True,
        unshown=UNSHOWN,
    )


def carrier_service(environment: dict[str, str]) -> Service:
    return Service(
        name="carrier",
        command=[sys.executable, "manage.py", "carry_messages"],
        environment=environment,
        folder=ROOT,
    )


def outbox_service(folder: Folder, plan: Plan, smtp_port: int) -> Service:
    script = ROOT / "infra" / "outbox" / "serve.py"
    arguments = [
        "--folder",
        str(folder.var / "outbox"),
        "--smtp-port",
        str(smtp_port),
        "--web-port",
        str(plan.outbox_port),
    ]
    return Service(
        name="outbox",
        command=[sys.executable, str(script), *arguments],
        is_ready=lambda _pid: listens(LOOPBACK, smtp_port),
        is_server=True,
    )


def web_service(plan: Plan, environment: dict[str, str], *, workers: int = 2) -> Service:
    arguments = [
        "--interface",
        "wsgi",
        "--host",
        plan.host,
        "--port",
        str(plan.port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
        "--no-access-log",
    ]
    arguments += ["--respawn-failed-workers", "--workers-kill-timeout", "3", "--workers-max-rss", str(WORKER_MB)]
    arguments += ["--respawn-interval", str(TAKEOVER_SECONDS)]
    return Service(
        name="web",
        is_ready=lambda _pid: _answers(plan),
        interval=0.3,
        unshown=UNSHOWN,
        command=[str(BIN / "granian"), *arguments, "config.wsgi:application"],
        environment=environment,
        folder=ROOT,
    )


# Freed memory goes back to the system, after a moment: at once, an import asks for it again and again, and takes a tenth longer.
THRIFTY = {
    "MALLOC_ARENA_MAX": "2",
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:300,muzzy_decay_ms:0,narenas:2",  # of the frames
}


def worker_services(environment: dict[str, str]) -> list[Service]:
    """One for what somebody waits for, one for what takes long: imports, exports, backups, moves. A control plane has none of these."""
    options = "worker --concurrency {} --loglevel INFO --without-gossip --without-mingle"
    # As root, in a container, the same warning each time would hide what matters.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser:RuntimeWarning"}
    is_control = environment.get("ISOLOIR_ROLE") == "control"
    parts = [("worker", "short", 1 if is_control else 2), *([] if is_control else [("worker-long", "long", 1)])]
    return [
        celery_service(
            name,
            [*options.format(concurrency).split(), "--hostname", f"{takes}@%h"],
            {**environment, **quiet, **THRIFTY, "WORKER_TAKES": takes},
        )
        for name, takes, concurrency in parts
    ]


def beat_service(folder: Folder, environment: dict[str, str]) -> Service:
    schedule = folder.var / "beat" / "schedule"
    schedule.parent.mkdir(exist_ok=True)
    return celery_service(
        "beat", ["beat", "--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile", ""], environment
    )


def celery_service(name: str, arguments: list[str], environment: dict[str, str]) -> Service:
    command = [str(BIN / "celery"), "-q", "-A", "config.celery", *arguments]
    return Service(name=name, command=command, environment=environment, folder=ROOT, unshown=UNSHOWN)


def listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _answers(plan: Plan) -> bool:
    connection = HTTPConnection(plan.host, plan.port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": f"{plan.platform_host}:{plan.port}"})
        status = connection.getresponse().status
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    if status >= 500:
        raise StackError(
            f"The web server answers with error {status} at {plan.platform_url}. Its last lines say why; all are in var/log/web.log."
        )
    return True
