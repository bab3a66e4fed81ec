"""The local stack is scripts, never imported: these tests run it as a person does."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STACK = ROOT / "infra" / "local" / "stack.py"
# What the stack around the tests has set: here each test has a stack of its own.
OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "SMTP_URL",
    "OUTBOX_URL",
    "PG_BIN",
    "VAR_DIR",
    "PORT",
    "OUTBOX_PORT",
    "DJANGO_SETTINGS_MODULE",
)
PATIENCE = 240  # on a machine that does much besides; what comes soon is not waited for


@dataclass
class Stack:
    var: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        process = subprocess.Popen(  # noqa: S603 -- our own script
            [sys.executable, str(STACK), *arguments],
            env={**environment, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def exec(self, *command: str) -> subprocess.CompletedProcess[str]:
        process = self.popen("exec", "--fast", "--var", str(self.var), "--", *command)
        out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def hold(self) -> subprocess.Popen[str]:
        """A command that uses the services until its input is closed."""
        # Not a shell: one may miss a signal that comes just before it starts its command.
        script = "import sys; print('up', flush=True); sys.stdin.read()"
        process = self.popen("exec", "--fast", "--var", str(self.var), "--", sys.executable, "-c", script)
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        return process

    def server_pid(self, name: str) -> int:
        if name == "postgres":
            return int((self.var / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        found = self.pids(str(self.var / "redis" / "redis.conf"))
        # Redis shows what it listens to instead of its arguments once it has started.
        return (
            found[0] if found else next(pid for pid in self.pids("redis-server") if self.is_in(pid, self.var / "redis"))
        )

    def pids(self, words: str) -> list[int]:
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if words in _command_line(pid)]

    def is_in(self, pid: int, folder: Path) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve() == folder.resolve()
        except OSError:
            return False

    def survivors(self) -> list[str]:
        """The command lines of what runs in this stack's folder."""
        return [_command_line(pid) for pid in self.pids(str(self.var))]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def wait_until(is_so: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def initialized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folders made once: what the tests look at is what comes after. The name has a space in it, on purpose."""
    var = tmp_path_factory.mktemp("a stack") / "var"
    done = Stack(var).exec("true")
    assert done.returncode == 0, done.stderr
    return var


@pytest.fixture
def stack(initialized: Path) -> Iterator[Stack]:
    stack = Stack(initialized)
    yield stack
    for process in stack.running:
        if process.poll() is None:
            process.kill()
        process.communicate()
    wait_until(lambda: not stack.survivors())
