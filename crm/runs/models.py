"""Long work that somebody asked for in the office: it shows its progress, survives a killed worker, and is reported."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.runs.enums import AT_WORK, RunState


class RunQuerySet(models.QuerySet["Run"]):
    def at_work(self) -> "RunQuerySet":
        return self.filter(state__in=AT_WORK)

    def of_kind(self, *kinds: str) -> "RunQuerySet":
        return self.filter(kind__in=kinds).order_by("-created_at", "-pk")


class Run(models.Model):
    """Ids and choices only in `parameters` and `result`: what it is about stands in other tables."""

    uuid = models.UUIDField(unique=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    failure = models.CharField(max_length=40, blank=True, default="")
    lease = models.UUIDField(null=True)  # the worker that has it in hand
    asked_by_id = models.BigIntegerField(null=True)  # a member may leave; what was done stays told
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("long work")
        indexes = [models.Index(fields=["kind", "-created_at"], name="runs_run_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
