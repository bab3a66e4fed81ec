"""What a campaign is on, and telling its cell. The bus carries limits only: nobody below knows of prices."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from billing.models import Subscription
from billing.plans import TRIAL, Plan, get_plan
from tenants.bus import LimitsChanged, send_to_cell


def start_subscription(*, campaign_uuid: UUID, plan: Plan, now: datetime) -> Subscription:
    """The first period; asked again, the one that runs."""
    try:
        with transaction.atomic():
            return Subscription.objects.create(
                campaign_uuid=campaign_uuid, plan_code=plan.code, since=now, trial_ends_at=now + TRIAL
            )
    except IntegrityError:
        return Subscription.objects.running().get(campaign_uuid=campaign_uuid)


def end_subscription(*, campaign_uuid: UUID, now: datetime) -> None:
    """The campaign is no more; ended twice, the first time counts."""
    Subscription.objects.running().filter(campaign_uuid=campaign_uuid).update(ended_at=now)


@transaction.atomic
def change_plan(*, campaign_uuid: UUID, cell: str, plan: Plan, now: datetime) -> Subscription:
    """End the running period, begin one on `plan` and send the cell its new limits. The trial's end does not move.

    A smaller plan than the file is allowed: nothing is lost, imports wait until there is room.
    """
    current = Subscription.objects.running().select_for_update(of=("self",)).get(campaign_uuid=campaign_uuid)
    if current.plan_code == plan.code:
        return current
    current.ended_at = now
    current.save(update_fields=["ended_at"])
    following = Subscription.objects.create(
        campaign_uuid=campaign_uuid,
        plan_code=plan.code,
        since=now,
        trial_ends_at=current.trial_ends_at,
        sequence=current.sequence + 1,
    )
    transaction.on_commit(partial(send_limits, following, cell=cell))
    return following


def send_limits(subscription: Subscription, *, cell: str) -> None:
    """Tell the cell what it may; sent again, it changes nothing."""
    plan = get_plan(subscription.plan_code)
    message = LimitsChanged(
        uuid=subscription.campaign_uuid,
        plan_name=plan.code,
        contact_limit=plan.contacts,
        sequence=subscription.sequence,
    )
    send_to_cell(cell, message)
