from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from tenants.enums import TenantState


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """What the product may know of its tenant: read once from the registry, kept in the process, never written back."""

    uuid: UUID
    schema_name: str
    slug: str
    name: str
    kind: str
    state: str
    region: str
    cell: str
    language: str
    plan_name: str
    contact_limit: int | None
    schema_version: str
    primary_host: str

    @property
    def is_open(self) -> bool:
        return self.state == TenantState.ACTIVE

    @property
    def is_read_only(self) -> bool:
        """On its way to another cell: what is here can be read, and the database takes no change."""
        return self.state in (TenantState.MOVING, TenantState.MOVED)

    @property
    def platform_host(self) -> str:
        """Where the office always answers, whatever the site's own domain."""
        return f"{self.slug}.{settings.PLATFORM_HOST}"

    def absolute_url(self, path: str = "/") -> str:
        port = f":{settings.PLATFORM_PORT}" if settings.PLATFORM_PORT else ""
        return f"{settings.PLATFORM_SCHEME}://{self.primary_host}{port}{path}"


def platform_url(path: str = "/") -> str:
    """An address on the platform's own site."""
    port = f":{settings.PLATFORM_PORT}" if settings.PLATFORM_PORT else ""
    return f"{settings.PLATFORM_SCHEME}://{settings.PLATFORM_HOST}{port}{path}"
