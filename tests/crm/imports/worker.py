"""A worker that is killed again and again: forked, so that Django is loaded once, and with real connections of its own."""

import os
import random
import signal
import sys
import time
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 -- Django first
from django.utils import timezone  # noqa: E402 -- Django first

from crm.imports import chunks, indexing, reading, running  # noqa: E402 -- Django first
from tenants.context import tenant_context  # noqa: E402 -- Django first
from tenants.queries import find_tenant_by_schema  # noqa: E402 -- Django first

ROWS = 60
LONGEST = 1.0


def small_chunks(*args: Any, **kwargs: Any) -> Any:
    return chunks.read_chunks(*args, **{"rows": ROWS, **kwargs})


def work(schema: str, import_id: int) -> None:
    setattr(reading, "read_chunks", small_chunks)  # noqa: B010 -- for this process only
    # Although many are known and few come.
    indexing.MANY, indexing.KNOWN = 1, 100.0
    tenant = find_tenant_by_schema(schema)
    assert tenant is not None
    with tenant_context(tenant):
        running.run_import(import_id=import_id, clock=timezone.now)


def started(schema: str, import_id: int) -> int:
    child = os.fork()
    if child == 0:
        work(schema, import_id)
        os._exit(0)
    return child


def main() -> None:
    schema, import_id, settings.MEDIA_ROOT, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    settings.IMPORT_WRITERS = 2
    dice = random.Random(seed)  # noqa: S311 -- the same moments each time
    killed = 0
    for _ in range(20):
        child = started(schema, import_id)
        time.sleep(dice.uniform(0.05, LONGEST))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    os.waitpid(started(schema, import_id), 0)
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main()
