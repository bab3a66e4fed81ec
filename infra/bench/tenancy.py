"""What tenancy costs a request: the same one-query view with it and without it, in two real servers side by side.

With: host looked up, alternately two tenants, search_path and role switched. Without: plain Django backend, one schema.
Short runs alternate, so that what else the machine does falls on both; medians are compared. The server's own processor time
for a request is told too: it hardly depends on what else the machine does.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
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
ROUNDS, SECONDS, CONNECTIONS = int(os.environ.get("ROWS") or 41), 0.7, 8
TICKS = os.sysconf("SC_CLK_TCK")
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
        [*command, "--log-level", "warning", "tenancy_wsgi:application"], env=environment, cwd=HERE.parents[1]
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


def cpu_seconds(server: subprocess.Popen[bytes]) -> float:
    """User and system time of the server's worker processes so far."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / TICKS


@dataclass
class Side:
    """One of the two servers, and what was measured on it."""

    name: str
    questions: list[Question]
    port: int
    server: subprocess.Popen[bytes]
    rates: list[float] = field(default_factory=list)
    answers: float = 0.0

    def measure(self, seconds: float) -> None:
        rate = requests_per_second(self.port, self.questions, connections=CONNECTIONS, seconds=seconds)
        self.rates.append(rate)
        self.answers += rate * seconds

    def warm_up(self) -> None:
        self.measure(2)
        self.rates.clear()
        self.answers, self.cpu_before = 0.0, cpu_seconds(self.server)

    def milliseconds(self) -> float:
        return (cpu_seconds(self.server) - self.cpu_before) / self.answers * 1000


def main() -> None:
    with_questions, without_questions = prepare()
    sides: list[Side] = []
    try:
        for name, questions in (("with", with_questions), ("without", without_questions)):
            port = free_port()
            sides.append(Side(name, questions, port, start(port, with_tenancy=name == "with")))
        for side in sides:
            wait_for(side.server, side.port)
            side.warm_up()
        for number in range(ROUNDS):
            for side in sides if number % 2 else reversed(sides):
                side.measure(SECONDS)
        tell(*sides)
    finally:
        for side in sides:
            side.server.terminate()
            side.server.wait(10)


def tell(tenancy: Side, without: Side) -> None:
    for side in (tenancy, without):
        note(f"{side.name}: " + " ".join(f"{rate:.0f}" for rate in side.rates))
    rates = [statistics.median(side.rates) for side in (tenancy, without)]
    report(bench="tenancy", metric="requests_per_second", value=rates[0], unit="1/s", reference=rates[1])
    report(
        bench="tenancy",
        metric="server_cpu_per_request",
        value=tenancy.milliseconds(),
        unit="ms",
        reference=without.milliseconds(),
    )


if __name__ == "__main__":
    main()
