from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.db import models
from django.utils.translation import gettext_lazy as _

from controlplane.archives.enums import OVER, STANDING, AgreementState, MoveStage
from controlplane.audit.enums import ActorKind
from controlplane.jobs.models import CampaignJob
from controlplane.models import Cell


class MoveQuerySet(models.QuerySet["Move"]):
    def under_way(self) -> "MoveQuerySet":
        return self.exclude(stage__in=OVER)


class Move(models.Model):
    """A campaign on its way from one cell to another: which job comes next, and what the last one told."""

    uuid = models.UUIDField(_("identifier"), unique=True, default=uuid4, editable=False)
    campaign = models.ForeignKey(
        "controlplane.Campaign", models.CASCADE, verbose_name=_("campaign"), related_name="moves"
    )
    source = models.ForeignKey(Cell, models.PROTECT, verbose_name=_("from"), related_name="+")
    target = models.ForeignKey(Cell, models.PROTECT, verbose_name=_("to"), related_name="+")
    stage = models.CharField(_("stage"), max_length=12, choices=MoveStage, default=MoveStage.COPYING)
    secret = models.TextField(editable=False)  # locked for the source, and for the target: neither is readable here
    secret_for_target = models.TextField(editable=False)
    asked_by = models.CharField(_("asked by"), max_length=10, choices=ActorKind)
    asked_by_id = models.BigIntegerField(_("account"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked for on"))
    error = models.CharField(_("error"), max_length=60, blank=True, default="")
    told = models.JSONField(_("told by the cells"), default=dict, blank=True)  # {job's kind: its result}
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    read_only_seconds = models.FloatField(_("read-only, seconds"), null=True, blank=True)
    erase_at = models.DateTimeField(_("old cell erased from"), null=True, blank=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=~models.Q(stage__in=OVER), name="campaign_archives_one_move"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.source} → {self.target}"

    def job_uuid(self, stage: str) -> UUID:
        """Of the job of this stage: asked for again, it is the same."""
        return uuid5(NAMESPACE_URL, f"move:{self.uuid}:{stage}")


class MoveAgreement(models.Model):
    """An operator asks an owner whether her campaign may leave its region; nothing leaves it without her word."""

    uuid = models.UUIDField(_("identifier"), unique=True, default=uuid4, editable=False)
    campaign = models.ForeignKey(
        "controlplane.Campaign", models.CASCADE, verbose_name=_("campaign"), related_name="move_agreements"
    )
    region = models.ForeignKey(
        "controlplane.Region", models.PROTECT, verbose_name=_("region asked for"), related_name="+"
    )
    reason = models.CharField(_("reason given"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=AgreementState, default=AgreementState.ASKED)
    asked_by_id = models.BigIntegerField(_("account"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked for on"))
    ends_at = models.DateTimeField(_("holds until"))
    answered_at = models.DateTimeField(_("answered on"), null=True, blank=True)

    class Meta:
        verbose_name = _("agreement to a move")
        verbose_name_plural = _("agreements to moves")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=models.Q(state__in=STANDING), name="campaign_archives_one_agreement"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign} → {self.region}"

    @property
    def is_agreed(self) -> bool:
        return self.state == AgreementState.AGREED


class Backup(CampaignJob):
    """A backup that its cell has made, as the console lists them."""

    class Meta:
        proxy = True
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    @property
    def name(self) -> str:
        return str(self.result.get("name", ""))
