"""Workers of jobs, each in a process of its own which kills itself (SIGKILL) at a place that the test chose.

They are forked from one that loads Django once: a line in says what to work on and where to die (start, end or the number
of a statement inside the step), a line out how the worker ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

ANSWERS = os.fdopen(os.dup(sys.stdout.fileno()), "w")
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the product logs is no answer

import django  # noqa: E402 -- the answers first

django.setup()

from django.conf import settings  # noqa: E402 -- Django has to be set up first
from django.db import connection  # noqa: E402 -- Django has to be set up first

from tenants.jobs import kinds  # noqa: E402 -- Django has to be set up first
from tenants.jobs.services import run_job  # noqa: E402 -- Django has to be set up first
from tests.database import use  # noqa: E402 -- Django has to be set up first
from tests.tenants.jobs import sample  # noqa: E402 -- Django has to be set up first

LONGEST = 240  # seconds; then the worker dies of another signal than the one that the test waits for


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(run: Callable[[Any], None], where: str) -> Callable[[Any], None]:
    def killed(job: Any) -> None:
        if where == "start":
            die()
        left = [int(where) if where.isdigit() else -1]

        def count(execute: Any, *args: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                die()
            return execute(*args)

        with connection.execute_wrapper(count):
            run(job)
        die()

    return killed


def work(*, job: str, step: str, where: str, database: str, own: dict[str, Any]) -> None:
    signal.alarm(LONGEST)
    for name, value in own.items():
        setattr(settings, name, value)
    use(database)
    for key, kind in list(kinds._kinds.items()):
        steps = [replace(one, run=deadly(one.run, where)) if one.key == step else one for one in kind.steps]
        kinds._kinds[key] = replace(kind, steps=tuple(steps))
    run_job(uuid=UUID(job))


def main() -> None:
    assert sample.KIND in kinds._kinds
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(**json.loads(line))
            return
        ANSWERS.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        ANSWERS.flush()


if __name__ == "__main__":
    main()
