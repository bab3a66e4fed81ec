"""Suspending, closing and what follows: always a job of the cell, asked for here."""

from datetime import datetime, timedelta

from django.utils.dateparse import parse_datetime

from controlplane.audit.actors import SYSTEM, Actor
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import JobUnderWay, request_job
from controlplane.lifecycle.enums import SuspensionReason
from controlplane.lifecycle.queries import find_closing
from controlplane.models import Campaign
from tenants.enums import TenantState
from tenants.lifecycle.kinds import CLOSE, ERASE, REOPEN, RESUME, SUSPEND
from tenants.lifecycle.states import erasure_uuid

GRACE = timedelta(days=30)
LATE = timedelta(hours=1)  # the cell's own alarm has this long to start an erasure before the control plane asks for it


class WrongState(Exception):
    """The campaign is not in a state from which this can be done."""


def suspend_campaign(*, campaign: Campaign, reason: SuspensionReason, by: Actor, now: datetime) -> CampaignJob:
    """Raises WrongState, JobUnderWay."""
    _require(campaign, TenantState.ACTIVE)
    return request_job(campaign=campaign, kind=SUSPEND, by=by, now=now, parameters={"reason": reason.value})


def resume_campaign(*, campaign: Campaign, by: Actor, now: datetime) -> CampaignJob:
    """Raises WrongState, JobUnderWay."""
    _require(campaign, TenantState.SUSPENDED)
    return request_job(campaign=campaign, kind=RESUME, by=by, now=now)


def close_campaign(*, campaign: Campaign, by: Actor, now: datetime) -> CampaignJob:
    """Site and office close; the data stays for thirty days, then it is erased. Raises WrongState, JobUnderWay."""
    _require(campaign, TenantState.ACTIVE, TenantState.SUSPENDED)
    parameters = {"erase_at": (now + GRACE).isoformat()}
    return request_job(campaign=campaign, kind=CLOSE, by=by, now=now, parameters=parameters)


def reopen_campaign(*, campaign: Campaign, by: Actor, now: datetime) -> CampaignJob:
    """Back to what it was before it closed: suspended, if it was. Raises WrongState, JobUnderWay."""
    closing = find_closing(campaign)
    if closing is None:
        raise WrongState(campaign.state)
    state = closing.result.get("was", TenantState.ACTIVE)
    return request_job(campaign=campaign, kind=REOPEN, by=by, now=now, parameters={"state": state})


def ask_for_overdue_erasures(*, now: datetime) -> None:
    """The cell erases by its own alarm; where that was lost, it is asked. The job is the same one, however it begins."""
    for campaign in Campaign.objects.filter(state=TenantState.CLOSED).select_related("cell"):
        closing = find_closing(campaign)
        due_at = parse_datetime(closing.parameters["erase_at"]) if closing else None
        if closing is None or due_at is None or now < due_at + LATE:
            continue
        try:
            request_job(campaign=campaign, kind=ERASE, by=SYSTEM, now=now, uuid=erasure_uuid(closing.uuid))
        except JobUnderWay:
            continue  # it may be the very erasure, or something that comes first


def _require(campaign: Campaign, *states: TenantState) -> None:
    if campaign.state not in states:
        raise WrongState(campaign.state)
