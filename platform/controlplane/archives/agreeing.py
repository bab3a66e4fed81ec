"""A campaign leaves its region by its owner's own choice: an operator asks, she agrees or refuses, and a yes does not last."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from controlplane.archives.enums import STANDING, AgreementState
from controlplane.archives.models import MoveAgreement
from controlplane.archives.tasks import send_agreement_answer_task, send_agreement_asked_task
from controlplane.audit.actors import Actor
from controlplane.audit.services import record_audit
from controlplane.models import Campaign, Region

HOLDS = timedelta(days=7)  # the question, and then the yes


class CannotAsk(Exception):
    """The campaign is not open, or lives in that region already."""


class AlreadyAsked(Exception):
    """The owner has a question of ours before her, or has agreed already."""


class AgreementOver(Exception):
    """It was answered, used, or is too old."""


@transaction.atomic
def ask_agreement(*, campaign: Campaign, region: Region, reason: str, by: Actor, now: datetime) -> MoveAgreement:
    """Raises CannotAsk, AlreadyAsked."""
    campaign = _locked(campaign)
    if not campaign.is_open or campaign.region_id == region.pk:
        raise CannotAsk
    standing = MoveAgreement.objects.filter(campaign=campaign, state__in=STANDING)
    standing.filter(ends_at__lte=now).update(state=AgreementState.EXPIRED)
    if standing.exists():
        raise AlreadyAsked
    agreement = MoveAgreement.objects.create(
        campaign=campaign, region=region, reason=reason, asked_by_id=by.user_id, asked_at=now, ends_at=now + HOLDS
    )
    _audit("move.agreement_asked", agreement, by=by, now=now)
    transaction.on_commit(partial(send_agreement_asked_task.delay, agreement_id=agreement.pk))
    return agreement


@transaction.atomic
def answer_agreement(*, agreement: MoveAgreement, agrees: bool, by: Actor, now: datetime) -> MoveAgreement:
    """Yes or no; and no after a yes, as long as the move has not begun. Raises AgreementOver."""
    _locked(agreement.campaign)
    agreement = MoveAgreement.objects.select_related("campaign", "region").get(pk=agreement.pk)
    if agreement.state not in STANDING or agreement.ends_at <= now or (agrees and agreement.is_agreed):
        raise AgreementOver
    if agrees:
        agreement.state, agreement.ends_at = AgreementState.AGREED, now + HOLDS
    else:
        agreement.state = AgreementState.WITHDRAWN if agreement.is_agreed else AgreementState.REFUSED
    agreement.answered_at = now
    agreement.save()
    _audit(f"move.{agreement.state}", agreement, by=by, now=now)
    transaction.on_commit(partial(send_agreement_answer_task.delay, agreement_id=agreement.pk))
    return agreement


def use_agreement(*, campaign: Campaign, region: Region, now: datetime) -> bool:
    """Whether the owner has agreed to this region. In the transaction that starts the move: a yes is good for one."""
    agreed = MoveAgreement.objects.filter(
        campaign=campaign, region=region, state=AgreementState.AGREED, ends_at__gt=now
    )
    return bool(agreed.update(state=AgreementState.USED))


def _locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update(of=("self",)).select_related("region").get(pk=campaign.pk)


def _audit(action: str, agreement: MoveAgreement, *, by: Actor, now: datetime) -> None:
    details = {"agreement": str(agreement.uuid), "region": agreement.region.code}
    record_audit(action=action, by=by, now=now, campaign_uuid=agreement.campaign.uuid, details=details)
