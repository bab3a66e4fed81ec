"""Putting right what lost messages left different: a cell tells all its tenants, the control plane answers with what differs."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from billing.models import Subscription
from billing.services import send_limits
from controlplane.enums import AlarmKind, OpeningState
from controlplane.models import Campaign, Cell
from controlplane.services.alarms import clear_alarm, raise_alarm
from controlplane.services.campaigns import retry_opening, send_canary
from tenants.bus import Directory
from tenants.enums import TenantState

LACKS = gettext_noop("The cell %(cell)s lacks campaigns that belong into it: %(campaigns)s.")
STRANGE = gettext_noop("The cell %(cell)s has campaigns that do not belong into it: %(campaigns)s.")
GONE = (TenantState.MOVED, TenantState.ERASED)


@transaction.atomic
def reconcile_directory(message: Directory, *, cell_name: str, now: datetime) -> None:
    """Limits: the higher sequence wins. States: the cell's, unless a job is at work or has told something since."""
    cell = Cell.objects.select_for_update(of=("self",)).filter(name=cell_name).first()
    if cell is None or message.cell != cell_name or (cell.directory_at and cell.directory_at >= message.at):
        return
    Cell.objects.filter(pk=cell.pk).update(directory_at=message.at)
    told = {UUID(entry["uuid"]): entry for entry in message.tenants}
    settled = _settled_before(message.at)
    lacking: list[UUID] = []
    for campaign in Campaign.objects.standing().filter(cell=cell, created_at__lt=message.at).select_related("cell"):
        entry = told.pop(campaign.uuid, None)
        if entry is not None:
            _put_right(campaign, entry, settled=campaign.pk in settled)
        elif campaign.opening != OpeningState.DONE:
            retry_opening(campaign=campaign, now=now)
        elif campaign.pk in settled:
            lacking.append(campaign.uuid)
    busy = set(Campaign.objects.filter(uuid__in=told).exclude(pk__in=settled).values_list("uuid", flat=True))
    strange = [uuid for uuid, entry in told.items() if entry["state"] not in GONE and uuid not in busy]
    _tell(cell, {"lacks": lacking, "strange": strange}, now=now)


def _settled_before(at: datetime) -> set[int]:
    """Campaigns on which no job is at work, nor was after that moment."""
    busy = Campaign.objects.filter(Q(jobs__finished_at=None, jobs__isnull=False) | Q(jobs__news_at__gte=at))
    return set(Campaign.objects.exclude(pk__in=busy.values("pk")).values_list("pk", flat=True))


def _put_right(campaign: Campaign, entry: dict[str, Any], *, settled: bool) -> None:
    changes = {"schema_version": entry["schema_version"]}
    if settled and campaign.opening == OpeningState.DONE:
        changes["state"] = entry["state"]
    Campaign.objects.filter(pk=campaign.pk).update(**changes)
    if campaign.canary_sequence > entry.get("canary_sequence", 0):
        transaction.on_commit(partial(send_canary, campaign))
    running = Subscription.objects.running().filter(campaign_uuid=campaign.uuid).first()
    if running and running.sequence > entry["limits_sequence"]:
        transaction.on_commit(partial(send_limits, running, cell=campaign.cell.name))


def _tell(cell: Cell, found: dict[str, list[UUID]], *, now: datetime) -> None:
    sentences = {"lacks": LACKS, "strange": STRANGE}
    for subject, uuids in found.items():
        if not uuids:
            clear_alarm(kind=AlarmKind.DIRECTORY, cell=cell, subject=subject, now=now)
            continue
        facts = {"cell": cell.name, "campaigns": ", ".join(str(uuid) for uuid in uuids[:3]) + (" …" * (len(uuids) > 3))}
        raise_alarm(kind=AlarmKind.DIRECTORY, cell=cell, subject=subject, text=sentences[subject], facts=facts, now=now)
