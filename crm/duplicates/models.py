from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.duplicates.enums import AGAINST, CERTAIN, PairState, Reason


class PairQuerySet(models.QuerySet["DuplicatePair"]):
    def alive(self) -> "PairQuerySet":
        """Pairs of two people who are both still there."""
        return self.filter(first__erased_at=None, second__erased_at=None)

    def to_review(self) -> "PairQuerySet":
        return self.alive().filter(state=PairState.OPEN).order_by("-score", "pk")

    def certain(self) -> "PairQuerySet":
        return self.to_review().filter(score__gte=CERTAIN, is_certain=True)


class DuplicatePair(models.Model):
    """Two people who may be one. What was decided stays, so that nobody is asked twice."""

    first = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField()  # of 1 000
    is_certain = models.BooleanField(default=False)  # may be merged without being looked at
    reasons = ArrayField(models.CharField(max_length=20), default=list)
    state = models.CharField(max_length=10, choices=PairState, default=PairState.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicates_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicates_pair_ordered"),
        ]
        indexes = [
            models.Index(fields=["state", "-score", "id"], name="duplicates_pair_queue"),
            models.Index(fields=["second"], name="duplicates_pair_second"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}/{self.second_id}"

    @property
    def percent(self) -> int:
        return min(99, self.score // 10)

    @property
    def reasons_for(self) -> list[str]:
        return [str(Reason(one).label) for one in self.reasons if one in Reason.values and one not in AGAINST]

    @property
    def reasons_against(self) -> list[str]:
        return [str(Reason(one).label) for one in self.reasons if one in AGAINST]
