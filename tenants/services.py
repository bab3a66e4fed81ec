"""What may be done to a tenant of this cell, always asked by the control plane over the bus."""

from django.db import transaction

from tenants.bus import CanaryNamed, LimitsChanged, MigrationRequest, ProvisionRequest
from tenants.context import public_context
from tenants.hosts import announce_registry_change
from tenants.models import Tenant
from tenants.provisioning import start_run
from tenants.tasks import migrate_tenant_task, provision_task


def accept_provision_request(request: ProvisionRequest) -> None:
    start_run(request)
    provision_task.delay(uuid=str(request.uuid))


def accept_migration_request(request: MigrationRequest) -> None:
    migrate_tenant_task.delay(uuid=str(request.uuid))


def apply_canary(message: CanaryNamed) -> None:
    with public_context():
        older = Tenant.objects.filter(uuid=message.uuid, canary_sequence__lt=message.sequence)
        older.update(is_canary=message.is_canary, canary_sequence=message.sequence)


def apply_limits(message: LimitsChanged) -> None:
    """Take the new plan over; an older message than the last one applied changes nothing."""
    with public_context(), transaction.atomic():
        newer = Tenant.objects.filter(uuid=message.uuid, limits_sequence__lt=message.sequence)
        newer.update(plan_name=message.plan_name, contact_limit=message.contact_limit, limits_sequence=message.sequence)
        transaction.on_commit(announce_registry_change)
