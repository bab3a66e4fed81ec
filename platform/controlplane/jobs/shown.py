"""A job as its page shows it: the steps in words, how far it has come, what is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext

from controlplane.jobs.models import CampaignJob
from controlplane.jobs.outcomes import reason_of
from tenants.jobs.kinds import UnknownKind, job_kind

SILENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class StepShown:
    label: str
    state: str  # waiting, running, done, failed
    seconds: str

    @property
    def css(self) -> str:
        return {"done": "fait", "running": "ici", "failed": "rate"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class JobShown:
    job: CampaignJob
    steps: list[StepShown]
    is_silent: bool
    reason: str

    @property
    def is_moving(self) -> bool:
        return not self.job.is_finished

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def number(self) -> int:
        """Of the step under way, from 1."""
        return min(self.done + 1, len(self.steps))

    @property
    def share(self) -> float:
        """Steps done, and of the one under way what it told."""
        of_step = self.job.done / self.job.total if self.job.total and not self.job.is_done else 0.0
        return min(1.0, (self.done + min(1.0, of_step)) / max(1, len(self.steps)))

    @property
    def percent(self) -> int:
        return round(self.share * 100)

    @property
    def current(self) -> StepShown | None:
        return next((step for step in self.steps if step.state != "done"), None)


def job_shown(job: CampaignJob, *, now: datetime) -> JobShown:
    silent = not job.is_finished and now - job.news_at > SILENT_AFTER
    return JobShown(job, _steps(job), silent, gettext(reason) if (reason := reason_of(job.error)) else "")


def _steps(job: CampaignJob) -> list[StepShown]:
    try:
        labels = {step.key: step.label for step in job_kind(job.kind).steps}
    except UnknownKind:
        labels = {}
    told = job.steps or [{"key": key, "state": "waiting", "seconds": None} for key in labels]
    return [
        StepShown(gettext(labels.get(item["key"], item["key"])), item["state"], _seconds(item["seconds"]))
        for item in told
    ]


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{number_format(value, 2)}\u00a0s"
