"""What the control plane does with the messages of its cells. Each may come twice, late, or in any order."""

import logging
from uuid import UUID

from django.utils import timezone

from controlplane.models import Campaign
from controlplane.services.campaigns import record_progress, record_usage
from controlplane.services.directory import reconcile_directory
from controlplane.services.health import record_health
from controlplane.services.residency import record_residency
from tenants.bus import CellHealth, Directory, ProvisioningProgress, ResidencyReport, UsageReport, sending_cell
from tenants.context import public_context

logger = logging.getLogger(__name__)


def _is_of_sender(uuid: UUID) -> bool:
    """A cell tells of its own campaigns only; what it says of another cell's is not believed."""
    believed = Campaign.objects.filter(uuid=uuid, cell__name=sending_cell()).exists()
    if not believed:
        logger.warning("The cell %s spoke of a campaign that is not in it: %s", sending_cell(), uuid)
    return believed


def on_provisioning_progressed(message: ProvisioningProgress) -> None:
    with public_context():
        if not _is_of_sender(message.uuid):
            return
        record_progress(message, now=timezone.now())


def on_usage_reported(message: UsageReport) -> None:
    with public_context():
        if not _is_of_sender(message.uuid):
            return
        record_usage(message)


def on_cell_health(message: CellHealth) -> None:
    with public_context():
        record_health(message, cell_name=sending_cell())


def on_directory(message: Directory) -> None:
    with public_context():
        reconcile_directory(message, cell_name=sending_cell(), now=timezone.now())


def on_residency_reported(message: ResidencyReport) -> None:
    with public_context():
        if message.cell != sending_cell():
            logger.warning("The cell %s spoke of the residency of %s", sending_cell(), message.cell)
            return
        record_residency(message, now=timezone.now())
