from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from crm.runs.models import Run


class RunNotFound(ObjectDoesNotExist):
    """No such run in this campaign."""


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int
    percent: int
    per_second: int
    seconds_left: int | None


def get_run(uuid: UUID, *kinds: str) -> Run:
    """Raises RunNotFound."""
    run = Run.objects.filter(uuid=uuid, **({"kind__in": kinds} if kinds else {})).first()
    if run is None:
        raise RunNotFound
    return run


def progress_of(run: Run, now: datetime) -> Progress:
    seconds = (now - run.started_at).total_seconds() if run.started_at and run.state == "running" else 0
    per_second = int(run.done / seconds) if seconds > 0.5 else 0
    left = round((run.total - run.done) / per_second) if per_second else None
    return Progress(run.done, run.total, run.percent, per_second, left)
