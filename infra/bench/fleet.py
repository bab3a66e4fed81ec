"""A full cell: TENANTS campaigns (1000) in one database, set up by the real service, served by the real server, then migrated.

It ends within WITHIN seconds (1100): where the machine is too slow for all campaigns, it goes on with those that are there, and says
how many. Reference columns: django-tenants' own commands on the same database, on a sample, extrapolated to the whole fleet.
"""

import json
import logging
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.conf import settings  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address for the messages of the bus
from tenants.bus import ProvisionRequest  # noqa: E402 -- Django first
from tenants.owner import owner_connection  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first
from tenants.provisioning import provision, start_run  # noqa: E402 -- Django first
from tenants.queries import tenants_in_cell  # noqa: E402 -- Django first
from tenants.statics import collect_static_files  # noqa: E402 -- Django first

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "var" / "bench" / "fleet" / "migrations"
PACKAGE = FOLDER / "fleet_migrations"
TENANTS = int(os.environ.get("TENANTS") or os.environ.get("ROWS") or 1000)
FEW = 10
LAST = min(100, TENANTS - FEW)  # provisioned one by one, and timed
SAMPLE = 5  # of what the reference is asked to do
WITHIN = int(os.environ.get("WITHIN") or 1100)
FOR_SETTING_UP = 0.55  # of that time: then the last ones are set up, whoever is still missing
MOST_MB = 512  # of a web worker, as the product starts it
BEGAN = time.monotonic()
COLUMN = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "{last}")]
    operations = [migrations.AddField("segment", "{name}", models.CharField(max_length=20, default=""))]
"""


def slug(number: int) -> str:
    return f"banc-{number}"


def provision_one(number: int) -> float:
    request = ProvisionRequest(
        uuid=uuid4(),
        slug=slug(number),
        name=f"Campaign {number}",
        kind="candidate",
        region="fr",
        cell="fr-1",
        language="fr",
        plan_name="",
        contact_limit=250,
    )
    began = time.perf_counter()
    start_run(request)
    provision(uuid=request.uuid)
    return time.perf_counter() - began


def provision_many(numbers: range) -> int:
    """On two processes, as two workers do; a new one now and then, as Celery does. Returns how many there was time for."""
    done, began = 0, time.monotonic()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), max_tasks_per_child=200) as pool:
        while done < len(numbers) and left(FOR_SETTING_UP) > 0:
            some = numbers[done : done + 25]
            list(pool.map(provision_one, some))
            done += len(some)
            progress(f"{done} of {len(numbers)} campaigns set up, {done / (time.monotonic() - began):.1f} a second")
    return done


def left(share: float = 1.0) -> float:
    """Seconds until this share of the time is over."""
    return WITHIN * share - (time.monotonic() - BEGAN)


def progress(text: str) -> None:
    note(f"{time.monotonic() - BEGAN:6.0f} s  {text}")


def one_more_column(name: str) -> None:
    """The next version of the code, as a copy of an app's migrations with one more."""
    if not PACKAGE.exists():
        shutil.copytree(ROOT / "crm" / "segments" / "migrations", PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    last = max(file.stem for file in PACKAGE.glob("0*.py"))
    (PACKAGE / f"{int(last[:4]) + 1:04d}_{name}.py").write_text(COLUMN.format(last=last, name=name))


def environment() -> dict[str, str]:
    paths = {"DJANGO_SETTINGS_MODULE": "fleet_settings", "PYTHONPATH": f"{HERE}:{FOLDER}"}
    return {**os.environ, **paths, "FLEET_MIGRATIONS": PACKAGE.name if PACKAGE.exists() else ""}


class Web:
    """One worker with one thread, as many as a core serves at a time, asked over one kept connection."""

    def __init__(self, port: int, server: subprocess.Popen[bytes]) -> None:
        self.port, self.server = port, server
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.most_mb, self.replaced = 0.0, 0

    def seconds(self, number: int) -> float:
        """Of the answer; a worker that is replaced meanwhile is counted, and the page asked for again."""
        for attempt in range(600):
            began = time.perf_counter()
            try:
                self.connection.request("GET", "/", headers={"Host": f"{slug(number)}.{settings.PLATFORM_HOST}"})
                answer = self.connection.getresponse()
                text = answer.read()
            except (HTTPException, ConnectionError):
                self.replaced += attempt == 0
                self.connection.close()
                time.sleep(0.1)
                continue
            taken = time.perf_counter() - began
            if answer.status != 200 or b"</html>" not in text:
                raise SystemExit(f"{slug(number)} answers with {answer.status}")
            return taken
        raise SystemExit("The web server is gone.")

    def around(self, numbers: Sequence[int], times: int) -> list[float]:
        taken = []
        for turn in range(times):
            for place, number in enumerate(numbers):
                taken.append(self.seconds(number))
                if place % 50 == 0:
                    self.most_mb = max(self.most_mb, self.worker_mb())
            if len(numbers) > FEW:
                progress(f"round {turn + 1} of {times} over {len(numbers)} campaigns")
        return taken

    def worker_mb(self) -> float:
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        return max((_mb(f"/proc/{pid}/status", "VmRSS") for pid in children), default=0.0)


def _mb(file: str, key: str) -> float:
    with suppress(OSError):  # gone since it was listed
        found = re.search(rf"{key}:\s+(\d+) kB", Path(file).read_text())
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


def backend_mb() -> float:
    """Private memory of the largest PostgreSQL backend that served pages."""
    with owner_connection() as owner:
        query = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND backend_type = 'client backend'"
        pids = owner.execute(query, [settings.DATABASES["default"]["USER"]]).fetchall()
    return max((_mb(f"/proc/{pid}/status", "RssAnon") for (pid,) in pids), default=0.0)


@contextmanager
def web() -> Iterator[Web]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = f"--interface wsgi --port {port} --workers 1 --blocking-threads 1 --log-level warning --no-access-log"
    options += f" --respawn-failed-workers --workers-kill-timeout 3 --workers-max-rss {MOST_MB}"
    command = [str(Path(sys.executable).parent / "granian"), *options.split(), "config.wsgi:application"]
    server = subprocess.Popen(command, env=environment(), cwd=ROOT)
    try:
        _wait_for(server, port)
        yield Web(port, server)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 90
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The web server did not start.")


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


class CommandFailed(Exception):
    """Its last words are the text."""


def run(*arguments: str, seconds: float) -> str:
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment(),
            cwd=ROOT,
            check=False,
            stdout=subprocess.PIPE,
            text=True,
            timeout=max(1, seconds),
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{arguments}: not over after {seconds:.0f} s") from error
    if done.returncode:
        raise CommandFailed(f"{arguments}: {done.stdout[-2000:]}")
    return done.stdout


def reference(*arguments: str) -> float | None:
    """Seconds a tenant, or None where django-tenants' command fails: that is its result, and no reason to lose ours."""
    progress(f"reference: {arguments[0]}")
    try:
        said = run(str(HERE / "fleet_reference.py"), *arguments, seconds=min(240, left()))
    except CommandFailed as error:
        note(f"No reference: {error}")
        return None
    return statistics.median(json.loads(said.strip().splitlines()[-1]))


def pages_of_few() -> list[float]:
    with web() as server:
        server.around(range(FEW), 3)
        return server.around(range(FEW), 30)


def pages_of_all(few: list[float], numbers: Sequence[int]) -> None:
    with web() as server:
        first = server.around(numbers, 1)
        server.around(numbers, 1)
        warm = server.around(numbers, max(1, 300 // len(numbers)))
        ratio = statistics.median(warm) / statistics.median(few)
        report(bench="fleet", metric="page_latency_ratio", value=ratio, unit="p50")
        report(bench="fleet", metric="page_latency_ratio_p95", value=p95(warm) / p95(few), unit="p95")
        for name, values in (("few", few), ("all, first", first), ("all", warm)):
            note(f"pages of {name}: p50 {statistics.median(values) * 1000:.1f} ms, p95 {p95(values) * 1000:.1f} ms")
        note(f"The web worker was replaced {server.replaced} times")
        report(bench="fleet", metric="web_memory_mb", value=server.most_mb, unit="MB")
        report(bench="fleet", metric="backend_memory_mb", value=backend_mb(), unit="MB")


def migrations(tenants: int) -> None:
    one_more_column("first")
    progress("migration of the fleet")
    began = time.perf_counter()
    said = run("manage.py", "migrate_fleet", seconds=left())
    taken = time.perf_counter() - began
    note("\n".join(said.splitlines()[-3:]))
    one_more_column("second")
    schemas = [tenant.schema_name for tenant in tenants_in_cell()[:SAMPLE]]
    each = reference("migrate", *schemas)
    report(
        bench="fleet",
        metric="migrate_seconds",
        value=taken,
        unit="s",
        reference=each and each * tenants,
        reference_is=(each and f"migrate_schemas, extrapolated from {SAMPLE} tenants at {each:.2f} s") or "",
    )


def main() -> None:
    logging.disable(logging.INFO)
    shutil.rmtree(FOLDER, ignore_errors=True)
    collect_static_files()
    prepare_database(say=progress)
    for number in range(FEW):
        provision_one(number)
    progress(f"{FEW} campaigns set up")
    few = pages_of_few()
    progress("pages of few measured")
    many = FEW + provision_many(range(FEW, TENANTS - LAST))
    taken = [provision_one(number) for number in range(many, many + LAST)]
    numbers = range(many + LAST)
    progress(f"the last {LAST} of {len(numbers)} campaigns set up, one by one")
    created = reference("create", "bench_created_1", "bench_created_2")
    report(bench="fleet", metric="campaigns", value=len(numbers), unit="")
    report(
        bench="fleet",
        metric="provision_p95_seconds",
        value=p95(taken),
        unit="s",
        reference=created,
        reference_is="migrate_schemas in a new schema, median of 2" if created else "",
    )
    pages_of_all(few, numbers)
    migrations(len(numbers))
    progress("done")


if __name__ == "__main__":
    main()
