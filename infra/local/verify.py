"""All checks in a row, with their times; the exit code tells whether all passed.

verify.py           lint, types, import rules, migrations, translations, tests, journeys in a browser
verify.py --quick   the half that takes seconds
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from browser import find_browser

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PYTHON = sys.executable
WITH_SERVERS = [PYTHON, "infra/local/stack.py", "exec", "--fast", "--var", "var/test", "--"]
CODE = ["platform", "tenants", "billing", "crm", "sitebuilder", "messaging", "tests"]
CLOSING = re.compile(r"^(?:=+ )?((?:\d+ \w+(?:, )?)+) in ([\d.]+)s")
MOST_WORKERS = 8


@dataclass(frozen=True)
class Stage:
    name: str
    command: list[str]
    is_pytest: bool = False
    runs_beside: bool = (
        False  # begins with the first stage, tells at its turn: tests leave a processor idle now and then
    )


def stages(*, quick: bool, browser: str | None) -> list[Stage]:
    pytest = [str(BIN / "pytest"), "--color=yes" if sys.stdout.isatty() else "--color=no", "-q"]
    workers = str(min(os.cpu_count() or 1, MOST_WORKERS))
    found = [
        Stage("lint", [str(BIN / "ruff"), "check", "."]),
        Stage("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Stage("imports", [str(BIN / "lint-imports")]),
        Stage("translations", [PYTHON, "manage.py", "messages", "--check"]),
        Stage("migrations", [*WITH_SERVERS, PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ]
    if quick:
        return [*found, Stage("rules", [*WITH_SERVERS, *pytest, "tests/test_architecture.py"], is_pytest=True)]
    # Stealing: long tests come first (tests/conftest.py) and keep one process busy, the others take what was left to it.
    spread = ["-n", workers, "--dist", "worksteal"]
    found.append(Stage("tests", [*WITH_SERVERS, *pytest, *spread, "-m", "not browser"], is_pytest=True))
    found.append(Stage("types", [str(BIN / "mypy"), *CODE], runs_beside=True))
    if browser:
        # By themselves: they start the whole product, and a browser. Two of each, since one keeps one processor busy. Without a
        # group each journey is handed out alone: the two long ones, which come first, never to the same process.
        pair = ["-n", "2", "--dist", "loadgroup"] if int(workers) > 1 else []
        found.append(Stage("journeys", [*pytest, *pair, "-m", "browser", "tests/journeys"], is_pytest=True))
    return found


def start(stage: Stage, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        stage.command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def follow(stage: Stage, process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Shows what it says to its end; the exit code, and pytest's closing line if it is pytest."""
    closing = ""
    for line in process.stdout or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        if stage.is_pytest and CLOSING.match(line):
            closing = line
    code = process.wait()
    # pytest's "no test was selected" is no failure of the code.
    return (0 if stage.is_pytest and code == 5 else code), closing


def closing_line(lines: list[str]) -> str:
    """One closing line, in pytest's words, for all its runs."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for line in lines:
        found = CLOSING.match(line)
        if found:
            seconds += float(found[2])
            for part in found[1].split(", "):
                number, word = part.split()
                counts[word] += int(number)
    order = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "error", "errors")
    words = ", ".join(f"{counts[word]} {word}" for word in order if counts[word] and word != "deselected")
    return f"===== {words or 'no tests ran'} in {seconds:.2f}s ====="


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    browser = None if quick else find_browser()
    environment = {**os.environ, **({"CHROMIUM": browser} if browser else {})}
    # Tests start the product some two hundred times: what is compiled is kept, whatever a container's image says.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if not quick and not browser:
        print("No Chromium here, and no right to install it: the journeys in a browser are left out.", flush=True)
    failed, lines = [], []
    all_stages = stages(quick=quick, browser=browser)
    beside = {stage.name: start(stage, environment) for stage in all_stages if stage.runs_beside}
    for stage in all_stages:
        print(f"── {stage.name}", flush=True)
        began = time.monotonic()
        code, closing = follow(stage, beside.get(stage.name) or start(stage, environment))
        lines.append(closing)
        took = "beside the others" if stage.runs_beside else f"{time.monotonic() - began:.0f} s"
        print(f"── {stage.name}: {'failed' if code else 'passed'}, {took}\n", flush=True)
        if code:
            failed.append(stage.name)
    print(f"Failed: {', '.join(failed)}." if failed else "All passed.")
    if not quick:
        print(closing_line(lines), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
