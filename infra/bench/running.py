"""The whole product for a benchmark: a control plane and cells in processes, as `make demo CELLS=…` starts them."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import randrange
from typing import Any

import psycopg
from results import note

ROOT = Path(__file__).resolve().parents[2]
STACK = ROOT / "infra" / "local" / "stack.py"
# Of the servers around the benchmark: each party has its own.
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SMTP_URL", "PG_BIN", "VAR_DIR", "DJANGO_SETTINGS_MODULE")


@dataclass
class Running:
    var: Path
    port: int

    def folder(self, party: str) -> Path:
        return self.var / ("control" if party == "control" else f"cells/{party}")

    def environment(self, party: str) -> dict[str, str]:
        state = json.loads((self.folder(party) / "run" / "services.json").read_text())
        return {str(name): str(value) for name, value in state["environment"].items()}

    def run(self, party: str, *arguments: str) -> str:
        """Python in this party's environment; its output."""
        environment = _outside() | self.environment(party)
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{arguments[0]} failed in {party}")
        return done.stdout.strip()

    def shell(self, party: str, script: str) -> str:
        return self.run(party, "manage.py", "shell", "--no-imports", "-c", script)

    def database(self, party: str, *, role: str = "DATABASE_OWNER_URL") -> psycopg.Connection[Any]:
        return psycopg.connect(self.environment(party)[role], autocommit=True)


@contextmanager
def running(var: Path, *cells: str) -> Iterator[Running]:
    """Synced to the disk as in production; stopped at the end, and its data left there."""
    port = free_port()
    asked = {"CELLS": ",".join(cells), "PORT": str(port), "OUTBOX_PORT": str(free_port())}
    process = subprocess.Popen(
        [sys.executable, str(STACK), "demo", "--empty", "--var", str(var)],
        env=_outside() | asked,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _wait_for_ready(process)
        yield Running(var, port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)


def free_port() -> int:
    """Below those that the system gives away by itself: a minute passes before the front server takes it."""
    while True:
        port = randrange(20_000, 32_000)  # noqa: S311 -- no secret
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def wait_until(is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited in vain: {what}")
        time.sleep(0.1)


def _outside() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS}


def _wait_for_ready(process: subprocess.Popen[str]) -> None:
    said: deque[str] = deque(maxlen=40)
    ready = threading.Event()

    def read() -> None:
        for line in process.stdout or ():
            said.append(line)
            if line.startswith("READY "):
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(300) or process.poll() is not None:
        raise SystemExit("The cells did not start. They said:\n" + "".join(said))
    note("The cells run.")
