"""What the control plane does with the messages of its cells. Each may come twice, late, or in any order."""

from django.utils import timezone

from controlplane.services.campaigns import record_progress, record_usage
from controlplane.services.residency import record_residency
from tenants.bus import ProvisioningProgress, ResidencyReport, UsageReport
from tenants.context import public_context


def on_provisioning_progressed(message: ProvisioningProgress) -> None:
    with public_context():
        record_progress(message, now=timezone.now())


def on_usage_reported(message: UsageReport) -> None:
    with public_context():
        record_usage(message)


def on_residency_reported(message: ResidencyReport) -> None:
    with public_context():
        record_residency(message, now=timezone.now())
