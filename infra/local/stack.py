"""The local stack: every server that Isoloir needs, without installing any.

stack.py exec [--fast] [--var DIR] -- COMMAND...    PostgreSQL and Redis around one command
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from accounts import entering
from demo import demo
from processes import StackError, Stopped
from product import plan_from_environment
from sharing import Folder, keep, leave_services, use_services

ROOT = Path(__file__).resolve().parents[2]


def execute(folder: Folder, command: list[str], *, fast: bool) -> int:
    environment, user = use_services(folder, fast=fast)
    try:
        return _run(command, {**environment, **os.environ})
    finally:
        leave_services(folder, user)


def _run(command: list[str], environment: dict[str, str]) -> int:
    if shutil.which(command[0]) is None:
        raise StackError(f"There is no command {command[0]} here.")
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _frame: object) -> None:
        if running:
            running[0].send_signal(number)
        else:
            early.append(number)

    # Ctrl-C reaches the command by itself, from the terminal; we wait for it, then put things away.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGHUP, pass_on)
    enter = entering(None, death_signal=signal.SIGTERM)
    try:
        process = subprocess.Popen(command, env=environment, preexec_fn=enter)  # noqa: PLW1509 -- no thread yet
    except OSError as error:
        raise StackError(f"{command[0]} cannot be run: {error.strerror}.") from error
    running.append(process)
    for number in early:
        process.send_signal(number)
    code = process.wait()
    return 128 - code if code < 0 else code


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    for name, text in (
        ("exec", "run a command with the servers up"),
        ("demo", "run the whole product"),
        ("keep", "(used by exec)"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--var", type=Path, default=ROOT / "var", help="folder of the data (default: var/)")
        action.add_argument("--fast", action="store_true", help="data may be lost in a power cut: for tests")
    actions.choices["exec"].add_argument("command", nargs="+")
    actions.choices["demo"].add_argument("--empty", action="store_true", help="without the demo campaign")
    return parser


def main() -> int:
    options = parser().parse_args()
    try:
        folder = Folder(options.var)
        if options.action == "keep":
            keep(folder, fast=options.fast)
            return 0
        if options.action == "demo":
            return demo(folder, plan_from_environment(with_demo=not options.empty, fast=options.fast))
        return execute(folder, options.command, fast=options.fast)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        return 130


if __name__ == "__main__":
    sys.exit(main())
