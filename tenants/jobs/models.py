from django.db import models
from django.utils import timezone

from tenants.jobs.enums import JobState


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(finished_at=None)


class Job(models.Model):
    """Long work on one tenant, as steps that are safe to repeat. A killed worker leaves it where it was."""

    uuid = models.UUIDField(unique=True)
    kind = models.CharField(max_length=40)
    tenant_uuid = models.UUIDField(db_index=True)
    parameters = models.JSONField(default=dict)  # nothing personal
    steps = models.JSONField(default=list)  # [{key, state: waiting|running|done|failed, seconds}]
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    error = models.CharField(max_length=60, blank=True, default="")  # a word of ours, never a text of the failure
    attempts = models.PositiveSmallIntegerField(default=0)
    retry = models.PositiveSmallIntegerField(default=0)  # how often somebody had it tried again after it had failed
    sequence = models.PositiveIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)  # of the step under way
    total = models.PositiveBigIntegerField(default=0)  # 0: not known
    result = models.JSONField(default=dict)  # small, nothing personal
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)  # done, or failed for good

    objects = JobQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def is_at_work(self) -> bool:
        return self.finished_at is None

    @property
    def percent(self) -> int:
        """Of the step under way."""
        return min(100, 100 * self.done // self.total) if self.total else 0
