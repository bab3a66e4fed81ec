from uuid import UUID

from django.conf import settings

from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.models import Domain, Tenant


class UnknownTenant(Exception):
    """The registry of this cell has no such tenant."""


def facts_of(tenant: Tenant, *, primary_host: str | None = None) -> TenantFacts:
    return TenantFacts(
        uuid=tenant.uuid,
        schema_name=tenant.schema_name,
        slug=tenant.slug,
        name=tenant.name,
        kind=tenant.kind,
        state=tenant.state,
        region=tenant.region,
        cell=tenant.cell,
        language=tenant.language,
        plan_name=tenant.plan_name,
        contact_limit=tenant.contact_limit,
        schema_version=tenant.schema_version,
        primary_host=primary_host or f"{tenant.slug}.{settings.PLATFORM_HOST}",
    )


def _with_primary_host(tenant: Tenant) -> TenantFacts:
    primary = Domain.objects.filter(tenant=tenant, is_primary=True).values_list("domain", flat=True).first()
    return facts_of(tenant, primary_host=primary)


def find_tenant_by_host(host: str) -> TenantFacts | None:
    with public_context():
        domain = Domain.objects.select_related("tenant").filter(domain=host).first()
        return _with_primary_host(domain.tenant) if domain else None


def known_hosts() -> frozenset[str]:
    """Every host of every tenant of this cell."""
    with public_context():
        return frozenset(Domain.objects.values_list("domain", flat=True))


def get_tenant(uuid: UUID) -> TenantFacts:
    """The tenant of this cell with this UUID; raises UnknownTenant."""
    with public_context():
        tenant = Tenant.objects.filter(uuid=uuid).first()
        if tenant is None:
            raise UnknownTenant(str(uuid))
        return _with_primary_host(tenant)


def find_tenant_by_schema(schema_name: str) -> TenantFacts | None:
    with public_context():
        tenant = Tenant.objects.filter(schema_name=schema_name).first()
        return _with_primary_host(tenant) if tenant else None


def tenants_in_cell() -> list[TenantFacts]:
    """Every tenant of this cell that has a schema, oldest first."""
    with public_context():
        return [_with_primary_host(tenant) for tenant in Tenant.objects.order_by("created_at")]
