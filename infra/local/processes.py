"""One supervisor: starts processes, shows and keeps what they say, restarts those that crash, stops all: servers last."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from accounts import Account, entering

BIGGEST_LOG = 20_000_000
STABLE_AFTER = 30.0
LONGEST_PAUSE = 30.0
COLORS = (36, 33, 35, 32, 34, 31, 96, 95)


class StackError(Exception):
    """Something the person at the keyboard must know; its text is a whole sentence."""


class Stopped(Exception):
    """A signal asked for the end."""


@dataclass(frozen=True)
class Service:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0  # all end at once
    is_ready: Callable[[int], bool] = lambda pid: True
    patience: float = 60.0
    interval: float = 0.02  # between two looks at is_ready
    unshown: tuple[str, ...] = ()  # lines with these words go to the log only
    is_command: bool = False  # runs to its end: never started again
    is_server: bool = False  # the others use it to their last moment: it is stopped when they are gone


def labelled(service: Service, label: str) -> Service:
    return replace(service, name=f"{label}.{service.name}") if label else service


class Child:
    """A service and the process that runs it now."""

    def __init__(self, service: Service, log: IO[bytes]) -> None:
        self.service = service
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.rest = b""
        self.last_lines: list[str] = []
        self.pause = 0.5
        self.started_at = 0.0
        self.restart_at: float | None = None
        self.crashes = 0

    def start(self) -> None:
        service = self.service
        self.process = subprocess.Popen(
            list(service.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=service.folder,
            env={**os.environ, **service.environment},
            start_new_session=True,
            preexec_fn=entering(service.account, death_signal=service.stop_signal),  # noqa: PLW1509 -- the supervisor has no thread that runs Python
        )
        self.started_at = time.monotonic()
        self.restart_at = None

    def signal_group(self, number: signal.Signals) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    def __init__(self, *, logs: Path, echo: bool) -> None:
        self.logs = logs
        self.echo = echo
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stopping = False
        self.asked_to_stop = ""
        self.colors: dict[str, int] = {}
        self.label_width = 9
        self.kept = contextlib.ExitStack()  # what is held until everything has stopped
        self.wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.selector.register(self.wakeup[0], selectors.EVENT_READ)
        logs.mkdir(parents=True, exist_ok=True)

    def listen_to_signals(self) -> None:
        signal.set_wakeup_fd(self.wakeup[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: object) -> None:
        # Only noted: an exception here would rise from whatever line runs now.
        self.asked_to_stop = self.asked_to_stop or signal.Signals(number).name

    def start(self, service: Service) -> None:
        """Starts a service and returns when it is ready."""
        self.begin(service)
        self.wait_for(service.name)

    def begin(self, service: Service) -> None:
        child = Child(service, self._open_log(service.name))
        self.children.append(child)
        self._spawn(child)

    def wait_for(self, name: str) -> None:
        child = next(child for child in self.children if child.service.name == name)
        service = child.service
        deadline = time.monotonic() + service.patience
        while True:
            if child.crashes or child.process is None:
                child.restart_at = None
                raise StackError(f"{name} stopped while starting. It said:\n" + "\n".join(child.last_lines))
            if service.is_ready(child.process.pid):
                return
            if time.monotonic() > deadline:
                raise StackError(f"{name} did not start within {service.patience:.0f} s. See {child.log.name}.")
            self._step(service.interval)

    def run(self, *services: Service) -> None:
        """Runs commands beside each other to their end; an exit code other than 0 is an error."""
        for service in services:
            self.begin(service)
        children = self.children[-len(services) :]
        processes = [child.process for child in children]
        while any(child.process for child in children):
            self._step(0.2)
        for child, process in zip(children, processes, strict=True):
            self.children.remove(child)
            if process and process.returncode:
                raise StackError(
                    f"{child.service.name} failed (exit code {process.returncode}). It said:\n"
                    + "\n".join(child.last_lines)
                )

    def watch(self) -> None:
        """Until a signal: relays lines and restarts what stops."""
        while True:
            self._step(3600.0)

    def stop(self) -> None:
        """Stops everything, the product at once and then its servers. Never raises."""
        self.stopping = True
        for child in self.children:
            child.restart_at = None
        for is_server in (False, True):
            self._stop_together([child for child in self.children if child.service.is_server == is_server])
        for child in self.children:
            child.log.close()
        self.kept.close()

    def _stop_together(self, children: list[Child]) -> None:
        asked_at = time.monotonic()
        for child in reversed(children):
            # Only the head of the service: it stops its own workers in good order.
            with contextlib.suppress(ProcessLookupError):
                if child.process:
                    child.process.send_signal(child.service.stop_signal)
        for child in reversed(children):
            self._wait_for_end(child, asked_at)

    def _wait_for_end(self, child: Child, asked_at: float) -> None:
        deadline = asked_at + child.service.grace
        for last_word in (signal.SIGQUIT, signal.SIGKILL, None):
            while child.process is not None and time.monotonic() < deadline:
                self._step(0.2)
            if child.process is None:
                return
            if last_word:
                child.signal_group(last_word)
            deadline = time.monotonic() + 2.0

    def _open_log(self, name: str) -> IO[bytes]:
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > BIGGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab", buffering=0)

    def _spawn(self, child: Child) -> None:
        try:
            child.start()
        except (OSError, subprocess.SubprocessError) as error:
            raise StackError(f"{child.service.name} cannot be started: {error}") from error
        output = child.process.stdout if child.process else None
        if output:
            os.set_blocking(output.fileno(), False)
            self.selector.register(output, selectors.EVENT_READ, child)

    def _step(self, timeout: float) -> None:
        for child in self.children:
            if child.restart_at is not None and child.restart_at <= time.monotonic():
                self._spawn(child)
        pauses = [child.restart_at - time.monotonic() for child in self.children if child.restart_at is not None]
        for key, _ in self.selector.select(max(0.0, min([*pauses, timeout]))):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.wakeup[0], 4096)
            else:
                self._relay(key.data)
        if self.asked_to_stop and not self.stopping:
            self.stopping = True
            raise Stopped(self.asked_to_stop)
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._on_exit(child, child.process)

    def _relay(self, child: Child) -> None:
        if child.process is None or child.process.stdout is None:
            return
        try:
            chunk = os.read(child.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if not chunk:
            self._forget_output(child.process.stdout)
        with contextlib.suppress(OSError):
            child.log.write(chunk)
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        for line in lines:
            self._show(child, line)

    def _show(self, child: Child, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        child.last_lines = [*child.last_lines[-14:], text]
        if self.echo and not any(words in text for words in child.service.unshown):
            self.say(child.service.name, readable(text))

    def say(self, name: str, text: str) -> None:
        label = f"{name:<{self.label_width}}│"
        if sys.stdout.isatty():
            color = self.colors.setdefault(name, COLORS[len(self.colors) % len(COLORS)])
            label = f"\x1b[{color}m{label}\x1b[0m"
        # The terminal may have gone: that is no reason to leave the services in disorder.
        with contextlib.suppress(OSError, ValueError):
            print("\n".join(f"{label} {line}" for line in text.split("\n")), flush=True)

    def _forget_output(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(stream)

    def _on_exit(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        self._relay(child)
        if child.rest:
            self._show(child, child.rest)
            child.rest = b""
        # What it left behind would keep its ports and its locks.
        child.signal_group(signal.SIGKILL)
        if process.stdout:
            self._forget_output(process.stdout)
            process.stdout.close()
        child.process = None
        if self.stopping or child.service.is_command:
            return
        child.crashes += 1
        if time.monotonic() - child.started_at > STABLE_AFTER:
            child.pause = 0.5
        child.restart_at = time.monotonic() + child.pause
        self.say(
            child.service.name,
            f"stopped by itself ({_ending(process.returncode)}); it starts again in {child.pause:g} s",
        )
        child.pause = min(child.pause * 2, LONGEST_PAUSE)


def readable(text: str) -> str:
    """One of our own JSON lines, for a person; any other line as it is."""
    if not text.startswith("{"):
        return text
    try:
        fields = json.loads(text)
        return "\n".join(
            [
                f"{fields['level'].lower()} {fields['logger']}: {fields['message']}",
                *str(fields.get("error", "")).splitlines(),
            ]
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        return text


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
