"""The steps of a move, of the cell that is left and of the cell that is gone to. The control plane puts them together.

  left:  copy ──────────► freeze, copy again ──────────► release ─► (a day later) erase
  new:        ► receive                      ► receive            ► open

Until `release` the old cell holds the truth and can take writing up again; from then on it never does. Before the window
everything is copied, while the old cell notes which rows change meanwhile; in the window only those and new files go over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenants.archive.applying import apply_changes
from tenants.archive.changes import forget_changes, watch_changes
from tenants.archive.fetching import fetched
from tenants.archive.freezing import freeze_tenant, thaw_tenant
from tenants.archive.keys import unlock_secret
from tenants.archive.manifest import ArchiveRefused, Manifest, Purpose, read_manifest
from tenants.archive.reading import Archive, delete_others, load_files, load_tables, opened_archive, saved
from tenants.archive.refusals import refused
from tenants.archive.sealing import Sealer, unsealed
from tenants.archive.stores import cell_store, delete_all, tenant_prefix
from tenants.archive.writing import FACTS, FACTS_OF_DOMAIN, FOLDER, Earlier, write_archive
from tenants.backend.base import role_name
from tenants.context import public_context, tenant_context
from tenants.enums import TenantState
from tenants.facts import TenantFacts
from tenants.hosts import announce_registry_change
from tenants.jobs.running import JobRefused, RunningJob
from tenants.models import Alarm, Domain, Tenant
from tenants.provisioning import drop_schema, forget_tenant, schema_name_for
from tenants.queries import UnknownTenant
from tenants.storage import file_url
from tenants.version import schema_version

EXPECTED = timedelta(seconds=60)


# --- the cell that is left ------------------------------------------------------------------------------------------
def copy_tenant(job: RunningJob) -> None:
    """The first copy, while everything goes on: what changes from before it on is noted."""
    tenant = job.tenant
    if tenant.state != TenantState.ACTIVE:
        raise JobRefused("not_open")
    watch_changes(tenant.schema_name)
    manifest = _write_sealed(job, tenant, known=None)
    with cell_store().writing(_first_manifest(job, tenant)) as sink:
        sink.write(manifest.as_json())


def freeze(job: RunningJob) -> None:
    tenant = job.tenant
    if tenant.state not in (TenantState.ACTIVE, TenantState.MOVING):
        raise JobRefused("not_open")
    expected = (
        timedelta(seconds=job.parameters["expected_seconds"]) if "expected_seconds" in job.parameters else EXPECTED
    )
    began = freeze_tenant(tenant, expected=expected)
    if "frozen_at" not in job.result:  # tried again, the window began with the first try
        job.keep(frozen_at=began.isoformat())


def copy_again(job: RunningJob) -> None:
    """What the window is for: the rows that have changed, and the files that came since.

    All tables as they are now, where not every change is known, or the new cell cannot put changes on what it has.
    """
    tenant = job.tenant
    if tenant.state != TenantState.MOVING:
        raise JobRefused("not_open")
    with cell_store().reading(_first_manifest(job, tenant)) as source:
        first = read_manifest(source.read())
    same_version = first.schema_version == tenant.schema_version
    takes_changes = same_version and not job.parameters.get("is_whole", True)
    _write_sealed(job, tenant, known=Earlier(first, takes_changes))


def release(job: RunningJob) -> None:
    """The truth is elsewhere from here on. Reading goes on here until the addresses lead there."""
    tenant = job.tenant
    with public_context(), transaction.atomic():
        left = Tenant.objects.filter(uuid=tenant.uuid, state__in=[TenantState.MOVING, TenantState.MOVED])
        if not left.update(state=TenantState.MOVED):
            raise JobRefused("not_frozen")
        Alarm.objects.filter(schema_name=tenant.schema_name).delete()
        transaction.on_commit(announce_registry_change)
    if "released_at" not in job.result:
        job.keep(released_at=timezone.now().isoformat())


def thaw(job: RunningJob) -> None:
    """The move is off: writing goes on here, and nothing of the copies is left."""
    tenant = job.tenant
    thaw_tenant(tenant)
    forget_changes(tenant.schema_name)
    delete_all(cell_store(), _folder(job, tenant))


def erase_left(job: RunningJob) -> None:
    """The campaign lives elsewhere: nothing of it stays here."""
    try:
        tenant = job.tenant
    except UnknownTenant:
        return
    if tenant.state != TenantState.MOVED:
        raise JobRefused("not_moved")
    for prefix in (tenant_prefix(tenant.uuid), f"backups/{tenant.uuid}/", f"kept/{tenant.uuid}/"):
        delete_all(cell_store(), prefix)
    drop_schema(tenant.schema_name)
    forget_tenant(tenant.uuid)


def _write_sealed(job: RunningJob, tenant: TenantFacts, known: Earlier | None) -> Manifest:
    store, secret = cell_store(), unlock_secret(job.parameters["secret"])
    name = f"{FOLDER}{job.parameters['move']}/{job.uuid.hex}.sealed"
    with store.writing(tenant_prefix(tenant.uuid) + name) as sink:
        sealer = Sealer(sink, secret=secret)
        manifest = write_archive(
            tenant=tenant,
            purpose=Purpose.MOVE,
            store=store,
            sink=sealer,
            now=timezone.now(),
            tell=job.tell,
            known=known,
        )
        sealer.finish()
    with tenant_context(tenant):
        path = file_url(name)
    facts = {"tables": len(manifest.tables), "files": len(manifest.files), "is_whole": not manifest.base}
    job.keep(path=path, sums=manifest.sums(), **facts)
    return manifest


def _folder(job: RunningJob, tenant: TenantFacts) -> str:
    return f"{tenant_prefix(tenant.uuid)}{FOLDER}{job.parameters['move']}/"


def _first_manifest(job: RunningJob, tenant: TenantFacts) -> str:
    return f"{_folder(job, tenant)}first.json"


# --- the cell that is gone to ---------------------------------------------------------------------------------------
def fetch(job: RunningJob) -> None:
    """Take the archive over, sealed as it is."""
    _refuse_if_open_here(job.tenant_uuid)
    with fetched(job.parameters["url"]) as blocks, cell_store().writing(_arrived(job)) as sink:
        for block in blocks:
            sink.write(block)


def receive_files(job: RunningJob) -> None:
    _refuse_if_open_here(job.tenant_uuid)
    with _opened(job) as archive:
        prefix = tenant_prefix(job.tenant_uuid)
        load_files(archive, cell_store(), prefix=prefix, tell=job.tell)
        delete_others(archive, cell_store(), prefix=prefix)


def receive_tables(job: RunningJob) -> None:
    """The schema, whole and compared, or what has changed since; then the registry's row, closed until `open_here`."""
    _refuse_if_open_here(job.tenant_uuid)
    schema = schema_name_for(job.tenant_uuid)
    with _opened(job) as archive:
        if archive.manifest.base:
            apply_changes(archive, schema=schema, tell=job.tell)
        else:
            load_tables(archive, schema=schema, role=role_name(schema), tell=job.tell)
        sums = archive.manifest.sums()
        if sums != job.parameters["sums"]:
            raise JobRefused("archive_damaged")
        with public_context(), transaction.atomic():
            _register(archive.manifest, schema)
        # A schema that was migrated here takes no changes of the one that was not.
        job.keep(sums=sums, takes_changes=archive.manifest.schema_version == schema_version())


def clear_arrived(job: RunningJob) -> None:
    """A step of its own: the ones before can be done again as long as it is there."""
    cell_store().delete(_arrived(job))


def open_here(job: RunningJob) -> None:
    with public_context(), transaction.atomic():
        arrived = Tenant.objects.filter(uuid=job.tenant_uuid)
        if not arrived.filter(state__in=[TenantState.PROVISIONING, TenantState.ACTIVE]).update(
            state=TenantState.ACTIVE
        ):
            raise JobRefused("not_arrived")
        transaction.on_commit(announce_registry_change)
    if "opened_at" not in job.result:
        job.keep(opened_at=timezone.now().isoformat())


def discard_arrived(job: RunningJob) -> None:
    """The move is off: nothing of it stays here."""
    delete_all(cell_store(), f"arriving/{job.tenant_uuid}/")
    _refuse_if_open_here(job.tenant_uuid)
    drop_schema(schema_name_for(job.tenant_uuid))
    forget_tenant(job.tenant_uuid)
    delete_all(cell_store(), tenant_prefix(job.tenant_uuid))


def _refuse_if_open_here(uuid: UUID) -> None:
    """A cell that holds the truth of a campaign never takes a copy of it."""
    with public_context():
        if Tenant.objects.filter(uuid=uuid).exclude(state=TenantState.PROVISIONING).exists():
            raise JobRefused("already_here")


def _arrived(job: RunningJob) -> str:
    return f"arriving/{job.tenant_uuid}/{job.uuid.hex}.sealed"


@contextmanager
def _opened(job: RunningJob) -> Iterator[Archive]:
    secret = unlock_secret(job.parameters["secret"])
    try:
        with (
            cell_store().reading(_arrived(job)) as source,
            saved(unsealed(source, secret=secret)) as path,
            opened_archive(path, uuid=job.tenant_uuid) as archive,
        ):
            yield archive
    except ArchiveRefused as error:
        raise refused(error) from error


def _register(manifest: Manifest, schema: str) -> None:
    """Another cell wrote the manifest: of what it says, only what a registry tells of a campaign is taken."""
    campaign = {name: manifest.campaign[name] for name in FACTS}
    told = manifest.campaign["domains"]  # an older version tells less
    domains = [{name: domain[name] for name in FACTS_OF_DOMAIN if name in domain} for domain in told]
    here = {"region": settings.REGION, "cell": settings.CELL, "state": TenantState.PROVISIONING}
    facts = {**campaign, **here, "schema_name": schema, "schema_version": schema_version()}
    tenant, _created = Tenant.objects.update_or_create(uuid=manifest.uuid, defaults=facts)
    for domain in domains:
        if Domain.objects.filter(domain=domain["domain"]).exclude(tenant=tenant).exists():
            raise JobRefused("domain_taken")
        Domain.objects.update_or_create(domain=domain["domain"], defaults={**domain, "tenant": tenant})
    replace_alarms(manifest, schema)
    transaction.on_commit(announce_registry_change)


def replace_alarms(manifest: Manifest, schema: str) -> None:
    Alarm.objects.filter(schema_name=schema).delete()
    rows = [Alarm(schema_name=schema, kind=row.kind, key=row.key, due_at=row.due_at) for row in manifest.alarms]
    Alarm.objects.bulk_create(rows)


def window_seconds(*, frozen_at: str, opened_at: str) -> float:
    return (datetime.fromisoformat(opened_at) - datetime.fromisoformat(frozen_at)).total_seconds()
