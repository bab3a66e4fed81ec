"""Changing a tenant's address. The former one stays with the tenant and redirects, for as long as there is a tenant."""

from django.conf import settings
from django.db import transaction

from tenants.addresses import announce_address_changed
from tenants.context import tenant_context
from tenants.enums import DomainKind
from tenants.hosts import announce_registry_change
from tenants.jobs.running import JobRefused, RunningJob
from tenants.models import Domain, Tenant


def take_address(job: RunningJob) -> None:
    slug = str(job.parameters["slug"])
    host = f"{slug}.{settings.PLATFORM_HOST}"
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update(of=("self",)).get(uuid=job.tenant_uuid)
        domain = Domain.objects.filter(domain=host).first()
        taken = Tenant.objects.filter(slug=slug).exclude(pk=tenant.pk).exists()
        if taken or (domain and domain.tenant_id != tenant.pk):
            raise JobRefused("address_taken")
        domain = domain or Domain(domain=host, tenant=tenant)
        # A site on a domain of its own stays there: only what the platform lends changes.
        on_own = Domain.objects.filter(tenant=tenant, is_primary=True, kind=DomainKind.OWN).exists()
        domain.is_primary = not on_own
        domain.save()
        Tenant.objects.filter(pk=tenant.pk).update(slug=slug)
    announce_registry_change()


def refresh_links(job: RunningJob) -> None:
    with tenant_context(job.tenant):
        announce_address_changed()
    announce_registry_change()
