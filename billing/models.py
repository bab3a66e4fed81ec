from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.plans import PLANS, Plan, get_plan


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def running(self) -> "SubscriptionQuerySet":
        return self.filter(ended_at=None)


class Subscription(models.Model):
    """A period of one campaign on one plan. Changing plan ends a period and begins the next: what was owed stays readable."""

    campaign_uuid = models.UUIDField(_("campaign"))
    plan_code = models.CharField(_("tier"), max_length=10, choices=[(plan.code, plan.code) for plan in PLANS])
    since = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    trial_ends_at = models.DateTimeField(_("free until"))
    sequence = models.PositiveIntegerField(_("sequence"), default=1)  # grows with each change of the campaign's plan

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_uuid"], condition=models.Q(ended_at=None), name="billing_subscription_one_running"
            ),
            models.UniqueConstraint(fields=["campaign_uuid", "sequence"], name="billing_subscription_sequence_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_uuid} {self.plan_code}"

    @property
    def plan(self) -> Plan:
        return get_plan(self.plan_code)

    def is_trial(self, *, now: datetime) -> bool:
        return now < self.trial_ends_at
