"""A control plane and two cells in processes, as `make demo CELLS=fr-1,de-1` starts them."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg

from tests.infra.conftest import PATIENCE, Stack, wait_until
from tests.ports import free_port

START_SECONDS = 600
PLATFORM = "isoloir.localhost"


@dataclass
class Fleet:
    stack: Stack
    port: int
    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def stop(self) -> None:
        """As Ctrl-C does; nothing of it is left."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        wait_until(lambda: not self.stack.survivors())

    def var(self, party: str) -> Path:
        return self.stack.var / ("control" if party == "control" else f"cells/{party}")

    def environment(self, party: str) -> dict[str, str]:
        state = json.loads((self.var(party) / "run" / "services.json").read_text())
        return dict(state["environment"])

    def run(self, party: str, *command: str) -> str:
        """A command in the environment of this party; its output."""
        done = Stack(self.var(party)).exec(*command)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def sql(self, party: str, statement: str) -> str:
        """What it answers, as psql prints it without a frame."""
        with psycopg.connect(self.environment(party)["DATABASE_OWNER_URL"], autocommit=True) as owner:
            cursor = owner.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
        return "\n".join("|".join(_printed(value) for value in row) for row in rows)

    def pids(self, party: str) -> list[int]:
        """The processes of the product (no servers) that run for this party."""
        mark = f"VAR_DIR={self.var(party)}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def signal(self, party: str, number: signal.Signals) -> None:
        for pid in self.pids(party):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @contextmanager
    def without(self, party: str) -> Iterator[None]:
        """While this party hangs: its processes hold their ports and answer nothing, which is worse than being gone."""
        self.signal(party, signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(party, signal.SIGCONT)

    def get(self, host: str, path: str = "/") -> tuple[int, str]:
        """From the front server, as a browser asks it."""
        return get(self.port, host, path)

    def get_from(self, cell: str, host: str, path: str = "/") -> tuple[int, str]:
        """From the cell's own web process."""
        return get(int(urlsplit(self.ready["cells"][cell]).port or 0), host, path)


def _printed(value: object) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return "" if value is None else str(value)


def get(port: int, host: str, path: str) -> tuple[int, str]:
    return ask(port, host, "GET", path)


def ask(port: int, host: str, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": f"{host}:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body=urlencode(form) if form else None, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def start_fleet(stack: Stack, *cells: str, arguments: tuple[str, ...] = ("demo", "--empty")) -> Fleet:
    port = free_port()
    stack.environment = {"CELLS": ",".join(cells), "PORT": str(port), "OUTBOX_PORT": str(free_port())}
    process = stack.popen(*arguments, "--fast", "--var", str(stack.var))
    return Fleet(stack, port, process, _wait_for_ready(process))


def _wait_for_ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    lines: Queue[str] = Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    deadline, said = time.monotonic() + START_SECONDS, []
    while time.monotonic() < deadline and (process.poll() is None or not lines.empty()):
        try:
            line = lines.get(timeout=1)
        except Empty:
            continue
        said.append(line)
        if line.startswith("READY "):
            return dict(json.loads(line.removeprefix("READY ")))
    raise AssertionError("The fleet did not start. It said:\n" + "".join(said[-40:]))
