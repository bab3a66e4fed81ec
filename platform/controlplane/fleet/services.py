"""What cells tell of their upgrades, and asking a cell to try a campaign again."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from controlplane.audit.actors import Actor
from controlplane.audit.services import record_audit
from controlplane.fleet.models import FleetRun
from controlplane.fleet.tasks import send_upgrade_report_task
from controlplane.models import Campaign, CampaignQuerySet
from controlplane.services.campaigns import send_canary
from tenants.bus import MigrationProgress, MigrationRequest, send_to_cell


@transaction.atomic
def record_migration(message: MigrationProgress, *, cell: str) -> None:
    """Keep the newest news of a run, and what it tells of each campaign; what comes late or twice changes nothing."""
    names = ("version", "state", "total", "done", "failed", "rate", "started_at", "finished_at")
    news = {name: getattr(message, name) for name in names} | {"news_at": message.at}
    FleetRun.objects.get_or_create(uuid=message.uuid, cell=cell, defaults={**news, "finished_at": None})
    run = FleetRun.objects.select_for_update(of=("self",)).get(uuid=message.uuid, cell=cell)
    if message.finished_at and not run.finished_at:
        transaction.on_commit(partial(send_upgrade_report_task.delay, run_id=run.pk))
    FleetRun.objects.filter(pk=run.pk, news_at__lte=message.at).update(**news)
    arrived = _not_heard_of_since(cell, message.at).filter(uuid__in=message.migrated)
    arrived.update(schema_version=message.version, version_at=message.at, migration_error="")
    for failure in message.failures:
        behind = _not_heard_of_since(cell, message.at).filter(uuid=failure["uuid"])
        behind.update(version_at=message.at, migration_error=failure["error"])


def _not_heard_of_since(cell: str, at: datetime) -> CampaignQuerySet:
    """A cell tells of its own campaigns only."""
    return Campaign.objects.filter(cell__name=cell).filter(Q(version_at=None) | Q(version_at__lt=at))


@transaction.atomic
def retry_migration(*, campaign: Campaign, by: Actor, now: datetime) -> None:
    """Have the cell migrate this campaign alone; one that is up to date stays as it is."""
    record_audit(action="fleet.retried", by=by, now=now, campaign_uuid=campaign.uuid)
    transaction.on_commit(partial(send_to_cell, campaign.cell.name, MigrationRequest(uuid=campaign.uuid)))


@transaction.atomic
def name_canary(*, campaign: Campaign, is_canary: bool, by: Actor, now: datetime) -> None:
    """Have this campaign migrated before all others, or no longer. Its cell is told."""
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("cell").get(pk=campaign.pk)
    if campaign.is_canary == is_canary:
        return
    campaign.is_canary, campaign.canary_sequence = is_canary, campaign.canary_sequence + 1
    campaign.save(update_fields=["is_canary", "canary_sequence"])
    action = "fleet.canary_named" if is_canary else "fleet.canary_dropped"
    record_audit(action=action, by=by, now=now, campaign_uuid=campaign.uuid)
    transaction.on_commit(partial(send_canary, campaign))
