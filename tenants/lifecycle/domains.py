"""Domains of a campaign's own: proved in the DNS, then a row of the registry. One is primary, the others redirect to it."""

from django.db import transaction
from django.utils import timezone

from tenants.context import tenant_context
from tenants.enums import DomainKind
from tenants.hosts import announce_registry_change
from tenants.jobs.running import JobRefused, RunningJob
from tenants.lifecycle.dns import look_up_proof
from tenants.lifecycle.watching import look_again_later, look_no_more, platform_hosts
from tenants.models import Domain, Tenant


def check_proof(job: RunningJob) -> None:
    hosts = platform_hosts(job.tenant_uuid)
    findings = look_up_proof(job.parameters["domain"], hosts=hosts, token=str(job.parameters["token"]))
    job.keep(aliases=findings.aliases, texts=findings.texts)
    if not findings.is_proved:
        raise JobRefused("dns_other" if findings.aliases or findings.texts else "dns_missing")


def open_domain(job: RunningJob) -> None:
    name = str(job.parameters["domain"])
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update(of=("self",)).get(uuid=job.tenant_uuid)
        domain = Domain.objects.filter(domain=name).first()
        if domain and domain.tenant_id != tenant.pk:
            raise JobRefused("domain_taken")
        domain = domain or Domain(domain=name, tenant=tenant, kind=DomainKind.OWN)
        domain.is_primary = bool(job.parameters["is_primary"])
        domain.token, domain.lost_at = str(job.parameters["token"]), None
        domain.save()
    with tenant_context(job.tenant), transaction.atomic():
        look_again_later(name, now=timezone.now())
    announce_registry_change()


def prefer_domain(job: RunningJob) -> None:
    """Make a domain the primary one; with none named, the platform's own address."""
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update(of=("self",)).get(uuid=job.tenant_uuid)
        name = str(job.parameters["domain"]) or job.tenant.platform_host
        domain = Domain.objects.filter(domain=name, tenant=tenant).first()
        if domain is None:
            raise JobRefused("domain_gone")
        domain.is_primary = True
        domain.save()
    announce_registry_change()


def remove_domain(job: RunningJob) -> None:
    """Close a domain of the campaign's own; the site goes back to the platform's address if it was the primary one."""
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update(of=("self",)).get(uuid=job.tenant_uuid)
        name = str(job.parameters["domain"])
        own = Domain.objects.filter(domain=name, tenant=tenant, kind=DomainKind.OWN)
        was_primary = own.filter(is_primary=True).exists()
        own.delete()
        if was_primary:
            home = Domain.objects.get(domain=job.tenant.platform_host, tenant=tenant)
            home.is_primary = True
            home.save()
    with tenant_context(job.tenant), transaction.atomic():
        look_no_more(name)
    announce_registry_change()
