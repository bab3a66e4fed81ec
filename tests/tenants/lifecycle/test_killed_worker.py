"""kill -9 on a real worker process at every step of every kind of job of a tenant's life: the end is the same."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from wagtail.models import Site

from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.jobs.kinds import job_kind
from tenants.jobs.models import Job
from tenants.jobs.services import run_job, start_job
from tenants.lifecycle import kinds
from tenants.models import Alarm, Domain, Tenant
from tenants.queries import get_tenant
from tests.database import TENANT
from tests.tenants.jobs.killing import run_and_kill
from tests.tenants.lifecycle.conftest import Do
from tests.tenants.lifecycle.dns_server import Zone

HOME, NEW, OWN = "demain.isoloir.localhost", "demain-partout.isoloir.localhost", "www.demain.fr"
DAY = datetime(2027, 1, 1, tzinfo=UTC).isoformat()
OPEN = {"slug": "demain", "state": "active", "hosts": {HOME: True}, "alarms": [], "site": HOME}
LOOKED_AT = ["lifecycle.check_domain"]
WITH_OWN = {**OPEN, "hosts": {HOME: False, OWN: True}, "site": OWN, "alarms": LOOKED_AT}
WITH_SECOND = {**OPEN, "hosts": {HOME: True, OWN: False}, "alarms": LOOKED_AT}


@dataclass(frozen=True)
class Case:
    kind: str
    parameters: dict[str, Any]
    end: dict[str, Any]
    before: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


ADD = {"domain": OWN, "token": "x", "is_primary": True}
CLOSED = {**OPEN, "state": "closed", "alarms": ["lifecycle.erase"]}
RENAMED = {**OPEN, "slug": "demain-partout", "hosts": {HOME: False, NEW: True}, "site": NEW}
CASES = [
    Case(kinds.RENAME, {"slug": "demain-partout"}, RENAMED),
    Case(kinds.ADD_DOMAIN, ADD, WITH_OWN),
    Case(kinds.PREFER_DOMAIN, {"domain": ""}, WITH_SECOND, [(kinds.ADD_DOMAIN, ADD)]),
    Case(kinds.REMOVE_DOMAIN, {"domain": OWN}, OPEN, [(kinds.ADD_DOMAIN, ADD)]),
    Case(kinds.SUSPEND, {}, {**OPEN, "state": "suspended"}),
    Case(kinds.RESUME, {}, OPEN, [(kinds.SUSPEND, {})]),
    Case(kinds.CLOSE, {"erase_at": DAY}, CLOSED),
    Case(kinds.REOPEN, {"state": "active"}, OPEN, [(kinds.CLOSE, {"erase_at": DAY})]),
]


def snapshot() -> dict[str, Any]:
    tenant = get_tenant(TENANT)
    with tenant_context(tenant):
        site = Site.objects.get().hostname
    with public_context():
        domains = dict(Domain.objects.filter(tenant__uuid=TENANT).values_list("domain", "is_primary"))
        alarms = list(Alarm.objects.filter(schema_name=tenant.schema_name).values_list("kind", flat=True))
    return {"slug": tenant.slug, "state": tenant.state, "hosts": domains, "alarms": alarms, "site": site}


def kill_at_every_step(kind: str, parameters: dict[str, Any], where: str, tenant_uuid: UUID = TENANT) -> Job:
    uuid = start_job(uuid=uuid4(), kind=kind, tenant_uuid=tenant_uuid, parameters=parameters).uuid
    for step in job_kind(kind).steps:
        assert run_and_kill(uuid, step=step.key, where=where)
        with public_context():
            Job.objects.filter(uuid=uuid).update(attempts=0)  # more kills than a job may have attempts
    run_job(uuid=uuid)
    with public_context():
        return Job.objects.get(uuid=uuid)


@pytest.mark.parametrize("where", ["2", "end"])
@pytest.mark.parametrize("case", CASES, ids=[case.kind for case in CASES])
def test_killed_at_every_step_the_end_is_the_same(
    live_tenant: TenantFacts, zone: Zone, do: Do, case: Case, where: str
) -> None:
    zone.aliases[OWN] = HOME
    for kind, parameters in case.before:
        assert do(kind, **parameters).state == "done"
    assert kill_at_every_step(case.kind, case.parameters, where).state == "done"
    assert snapshot() == case.end


@pytest.mark.parametrize("where", ["2", "end"])
def test_killed_at_every_step_an_erasure_is_whole_and_its_proof_counts_from_the_start(
    mortal: TenantFacts, do: Do, where: str
) -> None:
    default_storage.save("images/a.txt", ContentFile(b"12345"))
    do(kinds.CLOSE, tenant_uuid=mortal.uuid, erase_at=DAY)
    cache.clear()  # the tests' cache is in each process: a worker cannot erase ours
    job = kill_at_every_step(kinds.ERASE, {}, where, mortal.uuid)
    proof = job.result["proof"]
    assert (job.state, proof["before"]["files"], proof["before"]["schemas"]) == ("done", 1, 1)
    assert set(proof["after"].values()) == {0}
    with public_context():
        assert not Tenant.objects.filter(uuid=mortal.uuid).exists()
