from dataclasses import dataclass
from uuid import UUID

from billing.enums import UsageLevel
from billing.models import Subscription
from billing.plans import Plan, plan_for

NEAR_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Usage:
    """Contacts counted against a plan."""

    contacts: int
    plan: Plan

    @property
    def share(self) -> float:
        return self.contacts / self.plan.contacts

    @property
    def left(self) -> int:
        return self.plan.contacts - self.contacts

    @property
    def level(self) -> UsageLevel:
        if self.contacts > self.plan.contacts:
            return UsageLevel.OVER
        return UsageLevel.NEAR if self.contacts * 100 >= self.plan.contacts * NEAR_PERCENT else UsageLevel.OK

    @property
    def way_out(self) -> Plan | None:
        """The next plan with room and some to spare; None on the last one, or while there is no need."""
        if self.level == UsageLevel.OK:
            return None
        wider = plan_for(max(self.contacts, self.plan.contacts + 1))
        return None if wider == self.plan else wider


def get_subscription(campaign_uuid: UUID) -> Subscription:
    """The running one; raises Subscription.DoesNotExist."""
    return Subscription.objects.running().get(campaign_uuid=campaign_uuid)
