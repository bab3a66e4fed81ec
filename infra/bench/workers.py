"""A worker for a benchmark, and the most memory that it held."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psutil

sys.path.append(str(Path(__file__).parents[1] / "local"))
from product import THRIFTY

from tenants.bus import ProvisionRequest
from tenants.facts import TenantFacts
from tenants.provisioning import provision, start_run
from tenants.queries import get_tenant


class Memory:
    """The most that a process and its children held at once. What they share is counted once (PSS)."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.peak = 0
        self._process = psutil.Process(process.pid)
        self._going = True
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while self._going:
            self.peak = max(self.peak, self._held())
            time.sleep(1)  # each look costs the worker 25 ms

    def _held(self) -> int:
        try:
            return sum(one.memory_full_info().pss for one in (self._process, *self._process.children(recursive=True)))
        except psutil.NoSuchProcess:
            return 0

    def stop(self) -> float:
        self._going = False
        self._thread.join()
        return self.peak / (1 << 20)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    command = [
        str(Path(sys.executable).parent / "celery"), "-q", "-A", "config.celery", "worker", "--concurrency", "1", "--loglevel", "ERROR",
        "--queues", "cell.fr-1,cell.fr-1.long",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "LOG_LEVEL": "ERROR", **THRIFTY})
    try:
        time.sleep(4)  # started and subscribed: what is measured is the work
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def campaign(slug: str) -> TenantFacts:
    request = ProvisionRequest(
        uuid=uuid4(), slug=slug, name=slug, kind="party", region="fr", cell="fr-1", language="fr", plan_name="", contact_limit=None
    )  # fmt: skip
    start_run(request)
    provision(uuid=request.uuid)
    return get_tenant(request.uuid)
