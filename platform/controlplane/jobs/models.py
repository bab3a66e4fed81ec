from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from controlplane.audit.enums import ActorKind
from tenants.jobs.enums import JobState
from tenants.jobs.kinds import UnknownKind, job_kind


class CampaignJobQuerySet(models.QuerySet["CampaignJob"]):
    def unfinished(self) -> "CampaignJobQuerySet":
        return self.filter(finished_at=None)


class CampaignJob(models.Model):
    """A job as the control plane knows it: what was asked of the cell, and what the cell told last."""

    uuid = models.UUIDField(_("identifier"), unique=True)
    campaign = models.ForeignKey(
        "controlplane.Campaign", models.CASCADE, verbose_name=_("campaign"), related_name="jobs"
    )
    kind = models.CharField(_("kind"), max_length=40)
    cell = models.CharField(_("cell"), max_length=20)  # where it runs: a campaign that moves has jobs in two
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=10, choices=ActorKind)
    asked_by_id = models.BigIntegerField(_("account"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    retry = models.PositiveSmallIntegerField(_("tried again"), default=0)
    # Told by the cell, in any order: the newest message wins.
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.WAITING)
    error = models.CharField(_("error"), max_length=60, blank=True, default="")
    steps = models.JSONField(_("steps"), default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), default=0)
    result = models.JSONField(_("result"), default=dict, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    news_at = models.DateTimeField(_("last news"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = CampaignJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        try:
            return gettext(job_kind(self.kind).label)
        except UnknownKind:
            return self.kind

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def is_failed(self) -> bool:
        return self.state == JobState.FAILED

    @property
    def is_done(self) -> bool:
        return self.state == JobState.DONE
