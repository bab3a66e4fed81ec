"""What a process does before it serves: prove its region, or stop."""

import sys
from typing import Any

from celery.signals import beat_init, worker_init

from tenants.residency.services import OutOfRegion, require_residency
from tenants.residency.tasks import prove_residency_task


def refuse_elsewhere() -> None:
    """Ends the process, with the setting's name, when a store or provider of it is out of its region."""
    try:
        require_residency()
    except OutOfRegion as error:
        print(f"Isoloir does not start here.\n{error}", file=sys.stderr, flush=True)  # noqa: T201 -- before any server
        raise SystemExit(78) from error  # sysexits.h: configuration error


def watch_celery() -> None:
    """The worker and the beat refuse as the web server does; the beat's start also asks for a fresh proof."""
    worker_init.connect(_refuse, dispatch_uid="residency.worker", weak=False)
    beat_init.connect(_refuse_and_prove, dispatch_uid="residency.beat", weak=False)


def _refuse(**kwargs: Any) -> None:
    refuse_elsewhere()


def _refuse_and_prove(**kwargs: Any) -> None:
    refuse_elsewhere()
    prove_residency_task.delay()
