"""What tenancy costs a request: the same one-query view with it and without it, in two real servers side by side.

With: host looked up, alternately two tenants, search_path and role switched. Without: plain Django backend, one schema.
Runs alternate, so that what else the machine does falls on both; medians are compared.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.conf import settings  # noqa: E402 -- Django first
from load import Question, question, requests_per_second  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address for the messages of the bus
from tenants.bus import ProvisionRequest  # noqa: E402 -- Django first
from tenants.context import public_context, tenant_context  # noqa: E402 -- Django first
from tenants.facts import TenantFacts  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first
from tenants.provisioning import provision, start_run  # noqa: E402 -- Django first
from tenants.queries import get_tenant  # noqa: E402 -- Django first
from tenants.users.models import User  # noqa: E402 -- Django first

HERE = Path(__file__).parent
ROUNDS, SECONDS, CONNECTIONS = 9, 3.0, 8
SLUGS = ("banc-bleu", "banc-vert")


def provisioned(slug: str) -> TenantFacts:
    request = ProvisionRequest(
        uuid=uuid4(),
        slug=slug,
        name=slug,
        kind="candidate",
        region="fr",
        cell="fr-1",
        language="fr",
        plan_name="",
        contact_limit=250,
    )
    start_run(request)
    provision(uuid=request.uuid)
    return get_tenant(request.uuid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(port: int, *, with_tenancy: bool) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tenancy_settings",
        "BENCH_TENANCY": "1" if with_tenancy else "0",
        "PYTHONPATH": str(HERE),
    }
    command = [
        str(Path(sys.executable).parent / "granian"),
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "1",
    ]
    return subprocess.Popen(
        [*command, "--log-level", "warning", "config.wsgi:application"], env=environment, cwd=HERE.parents[1]
    )


def wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


def add_first_user(email: str) -> None:
    User.objects.update_or_create(pk=1, defaults={"email": email})


def prepare() -> tuple[list[Question], list[Question]]:
    """The questions with tenancy (two hosts in turn) and without."""
    prepare_database(say=note)
    tenancy = []
    for slug in SLUGS:
        with tenant_context(provisioned(slug)):
            add_first_user(f"{slug}@example.org")
        tenancy.append(question(host=f"{slug}.{settings.PLATFORM_HOST}", path="/", expected=f"{slug}@example.org"))
    with public_context():
        add_first_user("public@example.org")
    return tenancy, [question(host=settings.PLATFORM_HOST, path="/", expected="public@example.org")]


def main() -> None:
    with_questions, without_questions = prepare()
    kinds = {True: (free_port(), with_questions), False: (free_port(), without_questions)}
    servers: list[subprocess.Popen[bytes]] = []
    measured: dict[bool, list[float]] = {True: [], False: []}
    try:
        for kind, (port, _) in kinds.items():
            servers.append(start(port, with_tenancy=kind))
        for server, (port, _) in zip(servers, kinds.values(), strict=True):
            wait_for(server, port)
        for port, questions in kinds.values():
            requests_per_second(port, questions, connections=CONNECTIONS, seconds=2)
        for number in range(ROUNDS):
            for kind in (True, False) if number % 2 else (False, True):
                port, questions = kinds[kind]
                measured[kind].append(requests_per_second(port, questions, connections=CONNECTIONS, seconds=SECONDS))
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)
    for kind, name in ((True, "with tenancy"), (False, "without")):
        note(f"{name}: " + " ".join(f"{value:.0f}" for value in measured[kind]))
    values = {kind: statistics.median(found) for kind, found in measured.items()}
    report(bench="tenancy", metric="requests_per_second", value=values[True], unit="1/s", reference=values[False])


if __name__ == "__main__":
    main()
