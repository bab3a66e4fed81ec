"""A worker of jobs in a process of its own, which kills itself (SIGKILL) at a place that the test chose.

python -m tests.tenants.jobs.worker <job> <step> start|end|<number of a statement inside the step>
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402 -- Django has to be set up first
from django.db import connection  # noqa: E402 -- Django has to be set up first

from tenants.jobs import kinds  # noqa: E402 -- Django has to be set up first
from tenants.jobs.services import run_job  # noqa: E402 -- Django has to be set up first
from tests.tenants.jobs import sample  # noqa: E402 -- Django has to be set up first


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


settings.MEDIA_ROOT = os.environ["TEST_MEDIA_ROOT"]
assert sample.KIND in kinds._kinds
uuid, step_key, where = sys.argv[1:]
for key, kind in list(kinds._kinds.items()):
    steps = [replace(step, run=deadly(step.run, where)) if step.key == step_key else step for step in kind.steps]
    kinds._kinds[key] = replace(kind, steps=tuple(steps))
run_job(uuid=UUID(uuid))
