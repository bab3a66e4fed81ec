"""What the control plane does when a job is over. The app that asks for a kind of job registers it in AppConfig.ready()."""

from collections.abc import Callable
from datetime import datetime

from controlplane.jobs.models import CampaignJob

Outcome = Callable[[CampaignJob, datetime], None]
_done: dict[str, Outcome] = {}
_failed: dict[str, Outcome] = {}
_reasons: dict[str, str] = {}


def on_job_done(kind: str, outcome: Outcome) -> None:
    """`outcome(job, now)` runs once, in the transaction that records that the job is done."""
    _done[kind] = outcome


def on_job_failed(kind: str, outcome: Outcome) -> None:
    """`outcome(job, now)` runs each time that the job fails for good; it may be tried again and be done after all."""
    _failed[kind] = outcome


def register_reasons(reasons: dict[str, str]) -> None:
    """Sentences (gettext_noop) for the words with which steps refuse."""
    _reasons.update(reasons)


def reason_of(error: str) -> str:
    return _reasons.get(error, "")


def settle(job: CampaignJob, *, now: datetime) -> None:
    outcome = (_done if job.is_done else _failed).get(job.kind)
    if outcome:
        outcome(job, now)
