from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tenants.context import enter, public_context
from tenants.facts import TenantFacts
from tenants.jobs.models import Job
from tenants.jobs.services import run_job, start_job
from tenants.provisioning import drop_schema, provision, start_run
from tenants.queries import get_tenant
from tests.database import TENANT, request
from tests.tenants.lifecycle.dns_server import Zone, running_zone

Do = Callable[..., Job]


@pytest.fixture
def do() -> Do:
    """Run a job of the tenant to its end, here and now."""

    def done(kind: str, *, tenant_uuid: UUID = TENANT, **parameters: Any) -> Job:
        uuid = start_job(uuid=uuid4(), kind=kind, tenant_uuid=tenant_uuid, parameters=parameters).uuid
        run_job(uuid=uuid)
        with public_context():
            return Job.objects.get(uuid=uuid)

    return done


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    """The DNS, as a server on the loopback."""
    with running_zone() as zone:
        settings.DNS_RESOLVER = f"127.0.0.1:{zone.port}"
        yield zone


@pytest.fixture
def mortal(live_database: None) -> Iterator[TenantFacts]:
    """A campaign of this test alone, to be erased: its role is in no other database of the server."""
    uuid = uuid4()
    start_run(request(uuid, "ephemere", "Éphémère"))
    provision(uuid=uuid)
    tenant = get_tenant(uuid)
    enter(tenant)
    yield tenant
    drop_schema(tenant.schema_name)
