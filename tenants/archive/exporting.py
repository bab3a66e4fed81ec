"""A campaign for its owner: one file in its own private storage, handed out for a week, then gone."""

from datetime import timedelta
from pathlib import PurePosixPath

from django.utils import timezone

from tenants.alarms import set_alarm
from tenants.archive.manifest import ArchiveRefused, Purpose
from tenants.archive.reading import opened_archive, saved
from tenants.archive.refusals import refused
from tenants.archive.stores import cell_store, tenant_prefix
from tenants.archive.writing import BLOCK, FOLDER, write_archive
from tenants.context import require_tenant, tenant_context
from tenants.jobs.running import RunningJob

KEPT = timedelta(days=7)
ALARM = "archive.expire"


def write_export(job: RunningJob) -> None:
    tenant, store = job.tenant, cell_store()
    name = f"{FOLDER}{job.uuid.hex}.zip"
    with store.writing(tenant_prefix(tenant.uuid) + name) as sink:
        manifest = write_archive(
            tenant=tenant, purpose=Purpose.EXPORT, store=store, sink=sink, now=timezone.now(), tell=job.tell
        )
    rows = sum(table.rows for table in manifest.tables)
    job.keep(name=name, tables=len(manifest.tables), rows=rows, files=len(manifest.files))


def check_export(job: RunningJob) -> None:
    """Read it again from where it lies: what is handed out can be opened, and is what was written."""
    tenant, store = job.tenant, cell_store()
    name = tenant_prefix(tenant.uuid) + job.result["name"]
    check_archive(job, name)
    size = next(stored.size for stored in store.names(name) if stored.name == name)
    expires_at = timezone.now() + KEPT
    with tenant_context(tenant):
        set_alarm(ALARM, due_at=expires_at, key=job.result["name"])
    job.keep(size=size, expires_at=expires_at.isoformat())


def check_archive(job: RunningJob, name: str) -> None:
    """Every member of an archive against its checksum; raises JobRefused."""
    with cell_store().reading(name) as source, saved(iter(lambda: source.read(BLOCK), b"")) as path:
        try:
            with opened_archive(path, uuid=job.tenant_uuid) as archive:
                members = list(archive.contents())
                for number, member in enumerate(members, 1):
                    for _block in archive.blocks(member):
                        pass
                    job.tell(number, len(members))
        except ArchiveRefused as error:
            raise refused(error) from error


def expire_export(*, name: str) -> None:
    """In the tenant's context, when its alarm rings."""
    if PurePosixPath(name).parent == PurePosixPath(FOLDER):
        cell_store().delete(tenant_prefix(require_tenant().uuid) + name)
