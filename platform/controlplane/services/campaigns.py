"""Opening a campaign, and what its cell tells of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from billing.plans import Plan
from billing.services import change_plan, start_subscription
from controlplane.audit.actors import Actor
from controlplane.audit.services import record_audit
from controlplane.enums import CellState, OpeningState
from controlplane.lifecycle.holding import is_held
from controlplane.models import Campaign, Cell, Region, UsageDay
from controlplane.queries import cells_with_load
from controlplane.slugs import SlugTaken, is_reserved
from controlplane.tasks import send_office_ready_task
from tenants.bus import CanaryNamed, ProvisioningProgress, ProvisionRequest, UsageReport, send_to_cell
from tenants.entry import Entry, entry_url, new_token_id, seal_entry
from tenants.enums import TenantState
from tenants.users.models import User

SILENCE = timedelta(minutes=2)
USAGE_KEPT = timedelta(days=400)


class RegionFull(Exception):
    """No cell of the region takes a new campaign."""


class OfficeNotOpen(Exception):
    """The campaign is being set up, suspended or closed: nobody enters."""


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    name: str
    slug: str
    kind: str
    region: Region
    plan: Plan
    language: str


def open_campaign(*, draft: CampaignDraft, owner: User, now: datetime, uuid: UUID | None = None) -> Campaign:
    """Take the address, a place in a cell and a subscription, and have the cell set it up. Raises SlugTaken, RegionFull.

    `uuid`: chosen by the form, so that its button pressed twice opens one campaign.
    """
    if uuid and (opened := Campaign.objects.filter(uuid=uuid, owner=owner).first()):
        return opened
    if is_reserved(draft.slug) or is_held(draft.slug, now=now):
        raise SlugTaken(draft.slug)
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                uuid=uuid or uuid4(),
                slug=draft.slug,
                name=draft.name,
                kind=draft.kind,
                region=draft.region,
                cell=place_in(draft.region, now=now),
                plan_code=draft.plan.code,
                owner=owner,
                language=draft.language,
                created_at=now,
                opening_at=now,
            )
            start_subscription(campaign_uuid=campaign.uuid, plan=draft.plan, now=now)
            transaction.on_commit(partial(send_provision_request, campaign))
    except IntegrityError as error:
        # Two clicks, or two people who wanted the address at the same moment: the constraints decide.
        if uuid and (opened := Campaign.objects.filter(uuid=uuid, owner=owner).first()):
            return opened
        if Campaign.objects.filter(slug=draft.slug).exists():
            raise SlugTaken(draft.slug) from error
        raise
    return campaign


def place_in(region: Region, *, now: datetime) -> Cell:
    """The emptiest open cell that was heard from lately and has places for new campaigns. Raises RegionFull."""
    # One opening at a time per region: the last place is not given twice.
    Region.objects.select_for_update(of=("self",)).get(pk=region.pk)
    cells = [cell for cell in cells_with_load() if cell.region_id == region.pk and cell.state == CellState.OPEN]
    free = [cell for cell in cells if cell.taken < cell.soft_capacity and not cell.is_silent(now=now)]
    if not region.is_open or not free:
        raise RegionFull(region.code)
    return min(free, key=lambda cell: (cell.taken, cell.name))


def send_provision_request(campaign: Campaign) -> None:
    """Ask the cell to set the campaign up. Asked again, it goes on where it stopped."""
    request = ProvisionRequest(
        uuid=campaign.uuid,
        slug=campaign.slug,
        name=campaign.name,
        kind=campaign.kind,
        region=campaign.region.code,
        cell=campaign.cell.name,
        language=campaign.language,
        plan_name=campaign.plan_code,
        contact_limit=campaign.plan.contacts,
    )
    send_to_cell(campaign.cell.name, request)


def retry_opening(*, campaign: Campaign, now: datetime) -> None:
    """Start a failed or silent opening again; one that is done stays done."""
    with transaction.atomic():
        waiting = Campaign.objects.being_opened().filter(pk=campaign.pk)
        if waiting.update(opening=OpeningState.QUEUED, opening_at=now):
            transaction.on_commit(partial(send_provision_request, campaign))


def send_canary(campaign: Campaign) -> None:
    """Whether its cell migrates it before all others. The directory has it sent again when the message was lost."""
    message = CanaryNamed(uuid=campaign.uuid, is_canary=campaign.is_canary, sequence=campaign.canary_sequence)
    send_to_cell(campaign.cell.name, message)


def resume_silent_openings(*, now: datetime) -> None:
    """Ask again about openings that nobody has heard of: a message was lost, in either direction."""
    silent = Campaign.objects.being_opened().exclude(opening=OpeningState.FAILED).filter(opening_at__lt=now - SILENCE)
    for campaign in silent.select_related("region", "cell"):
        retry_opening(campaign=campaign, now=now)


def record_progress(message: ProvisioningProgress, *, now: datetime) -> None:
    """Keep the newest news of an opening; older or repeated news change nothing, and what is done stays done."""
    news = {
        "opening": _opening_told_by(message),
        "opening_steps": list(message.steps),
        "opening_sequence": message.sequence,
        "opening_at": now,
    }
    if message.schema_version:
        news |= {"schema_version": message.schema_version, "version_at": now}
    with transaction.atomic():
        under_way = Campaign.objects.filter(uuid=message.uuid).exclude(opening=OpeningState.DONE)
        if not message.finished:
            under_way.filter(opening_sequence__lt=message.sequence).update(**news)
        elif under_way.update(**news):
            Campaign.objects.filter(uuid=message.uuid, state=TenantState.PROVISIONING).update(state=TenantState.ACTIVE)
            campaign = Campaign.objects.get(uuid=message.uuid)
            transaction.on_commit(partial(send_office_ready_task.delay, campaign_id=campaign.pk))


def _opening_told_by(message: ProvisioningProgress) -> OpeningState:
    if message.finished:
        return OpeningState.DONE
    states = {step["state"] for step in message.steps}
    return OpeningState.FAILED if "failed" in states and "running" not in states else OpeningState.RUNNING


def record_usage(report: UsageReport) -> None:
    """Keep the newest count; one that comes late changes nothing."""
    newest = Campaign.objects.filter(uuid=report.uuid).filter(Q(usage_at=None) | Q(usage_at__lt=report.at))
    with transaction.atomic():
        if newest.update(contacts=report.contacts, last_activity_at=report.last_activity_at, usage_at=report.at):
            campaign = Campaign.objects.get(uuid=report.uuid)
            day, contacts = timezone.localdate(report.at), {"contacts": report.contacts}
            UsageDay.objects.update_or_create(campaign=campaign, day=day, defaults=contacts)


def forget_old_usage(*, now: datetime) -> None:
    """The curve shows a year."""
    UsageDay.objects.filter(day__lt=timezone.localdate(now) - USAGE_KEPT).delete()


@transaction.atomic
def change_campaign_plan(*, campaign: Campaign, plan: Plan, by: Actor, now: datetime) -> None:
    details = {"from": campaign.plan_code, "to": plan.code}
    record_audit(action="plan.changed", by=by, now=now, campaign_uuid=campaign.uuid, details=details)
    change_plan(campaign_uuid=campaign.uuid, cell=campaign.cell.name, plan=plan, now=now)
    Campaign.objects.filter(pk=campaign.pk).update(plan_code=plan.code)


def office_entry(*, campaign: Campaign, now: datetime) -> str:
    """An address that signs the owner in, once, within ten minutes. Raises OfficeNotOpen."""
    if not campaign.is_open:
        raise OfficeNotOpen(campaign.state)
    owner = campaign.owner
    entry = Entry(
        email=owner.email,
        first_name=owner.first_name,
        last_name=owner.last_name,
        password_hash=owner.password,
        language=owner.language,
        role="owner",
        token_id=new_token_id(),
    )
    return entry_url(campaign.address, seal_entry(uuid=campaign.uuid, cell=campaign.cell.name, entry=entry, now=now))
