"""Several commands may use the services of one folder: the first starts them, the last one's end stops them.

A *keeper* process owns the services. It holds `supervisor.lock`; each user holds a shared lock on `users.lock`, which the
kernel releases however the user ends. When the keeper gets that lock for itself, nobody is left and it stops everything.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from processes import StackError, Stopped, Supervisor, labelled
from servers import Postgres, Redis, postgres_bin

STACK = Path(__file__).with_name("stack.py")
PATIENCE = 120.0


class Folder:
    """The folder of the data (`var/`), and the locks in it."""

    def __init__(self, var: Path) -> None:
        self.var = var.resolve()
        self.run = self.var / "run"
        self.state = self.run / "services.json"
        try:
            self.run.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StackError(f"{self.run} cannot be created: {error.strerror}.") from error

    def lock(self, name: str, how: int) -> IO[str] | None:
        """The open file that holds the lock, or None when another process has it."""
        file = (self.run / name).open("a+")
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            file.close()
            return None
        return file

    def is_supervised(self) -> bool:
        file = self.lock("supervisor.lock", fcntl.LOCK_SH | fcntl.LOCK_NB)
        if file:
            file.close()
        return file is None

    def read_state(self) -> dict[str, object] | None:
        try:
            state = json.loads(self.state.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return dict(state)

    def write_state(self, environment: dict[str, str], **more: object) -> None:
        draft = self.state.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({"pid": os.getpid(), "environment": environment, **more}))
        draft.replace(self.state)


def is_named(variable: str) -> bool:
    """The environment says where this service is: then it is not started here."""
    return variable in os.environ or f"{variable}_FILE" in os.environ


def start_servers(supervisor: Supervisor, folder: Folder, *, fast: bool, label: str = "") -> dict[str, str]:
    """Starts what the environment does not name already; returns the variables that lead to it.

    `label`: before the names of the services, where several sets of them run.
    """
    found = {"PG_BIN": str(postgres_bin()), "VAR_DIR": str(folder.var)}
    if not is_named("DATABASE_URL"):
        postgres = Postgres(folder.var, fast=fast)
        postgres.prepare_folders()
        supervisor.start(labelled(postgres.service(), label))
        postgres.prepare_databases()
        found |= {"DATABASE_URL": postgres.url("isoloir_app"), "DATABASE_OWNER_URL": postgres.url("isoloir_owner")}
    elif not is_named("DATABASE_OWNER_URL"):
        raise StackError(
            "DATABASE_URL names a PostgreSQL server: DATABASE_OWNER_URL must name it too, for the role that owns the schemas."
        )
    if not is_named("REDIS_URL"):
        redis = Redis(folder.var, fast=fast)
        supervisor.start(labelled(redis.service(), label))
        found["REDIS_URL"] = redis.url
    return found


def use_services(folder: Folder, *, fast: bool) -> tuple[dict[str, str], IO[str]]:
    """The environment of running services, started if need be, and the lock that keeps them running."""
    # Waits here while a keeper is stopping: it holds this lock to its end.
    user = folder.lock("users.lock", fcntl.LOCK_SH)
    # One at a time decides whether to start a keeper, and waits for it: what the state file says is then never of the past.
    starter = folder.lock("start.lock", fcntl.LOCK_EX)
    assert user  # noqa: S101 -- a blocking lock is always had
    assert starter  # noqa: S101 -- a blocking lock is always had
    with starter:
        keeper = None
        if not folder.is_supervised():
            folder.state.unlink(missing_ok=True)
            keeper = _start_keeper(folder, fast=fast)
        return _wait_for_state(folder, keeper), user


def _wait_for_state(folder: Folder, keeper: subprocess.Popen[str] | None) -> dict[str, str]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = folder.read_state()
        if state and isinstance(state["environment"], dict):
            return {str(name): str(value) for name, value in state["environment"].items()}
        if keeper and keeper.poll():
            raise StackError((keeper.stderr.read() if keeper.stderr else "").strip() or "The services did not start.")
        if keeper is None and not folder.is_supervised():
            raise StackError("The services stopped while they were starting. Try again.")
        time.sleep(0.02)
    raise StackError(f"The services did not start within {PATIENCE:.0f} s. See {folder.var / 'log'}.")


def leave_services(folder: Folder, user: IO[str]) -> None:
    """Returns when the services have stopped, or at once when somebody else still uses them."""
    user.close()
    deadline = time.monotonic() + 30
    while folder.is_supervised() and time.monotonic() < deadline:
        state = folder.read_state()
        # No state: the keeper is at its very end.
        if state and (not state.get("keeper") or _has_users(folder)):
            return
        time.sleep(0.02)


def _has_users(folder: Folder) -> bool:
    alone = folder.lock("users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    if alone:
        alone.close()
        return False
    # Shared with others, or held by the keeper that is stopping?
    beside = folder.lock("users.lock", fcntl.LOCK_SH | fcntl.LOCK_NB)
    if beside:
        beside.close()
    return beside is not None


def keep(folder: Folder, *, fast: bool) -> None:
    """The keeper: owns the services until nobody uses them."""
    own = become_supervisor(folder)
    if own is None:
        return
    _hold_to_the_end(own)
    supervisor = Supervisor(logs=folder.var / "log", echo=False)
    supervisor.listen_to_signals()
    try:
        environment = start_servers(supervisor, folder, fast=fast)
        folder.write_state(environment, keeper=True)
        threading.Thread(target=_stop_when_alone, args=[folder], daemon=True).start()
        supervisor.watch()
    except Stopped:
        pass
    finally:
        supervisor.stop()
        folder.state.unlink(missing_ok=True)


def become_supervisor(folder: Folder) -> IO[str] | None:
    """The lock of the one supervisor of this folder, or None. Tries for a while, since a look at the lock holds it for a moment."""
    for _ in range(50):
        own = folder.lock("supervisor.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if own:
            return own
        time.sleep(0.02)
    return None


def become_only_supervisor(folder: Folder) -> IO[str] | None:
    """The same for the demo, which nobody has started: what an earlier one wrote is forgotten at the same moment."""
    with folder.lock("start.lock", fcntl.LOCK_EX) or nullcontext():
        own = become_supervisor(folder)
        if own:
            folder.state.unlink(missing_ok=True)
        return own


def _hold_to_the_end(lock: IO[str]) -> None:
    """Until the process is gone: Python closes its own files a moment before."""
    os.dup(lock.fileno())


def _stop_when_alone(folder: Folder) -> None:
    file = folder.lock("users.lock", fcntl.LOCK_EX)
    if file:
        # Whoever comes meanwhile waits for the stop to be complete.
        _hold_to_the_end(file)
    os.kill(os.getpid(), signal.SIGTERM)


def _start_keeper(folder: Folder, *, fast: bool) -> subprocess.Popen[str]:
    command = [sys.executable, str(STACK), "keep", "--var", str(folder.var), *(["--fast"] if fast else [])]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
