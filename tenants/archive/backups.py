"""Backups of each tenant by itself. They lie in the cell's own store, outside the tenant's folder: what empties it leaves them alone."""

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from tenants.archive.exporting import check_archive
from tenants.archive.manifest import Purpose
from tenants.archive.stores import cell_store
from tenants.archive.writing import write_archive
from tenants.context import public_context
from tenants.enums import TenantState
from tenants.jobs.running import RunningJob
from tenants.jobs.services import start_job
from tenants.models import Tenant

DAYS = 7  # every backup of the last days is kept
WEEKS = 5  # and of the weeks before the first one


def start_backups(*, today: date) -> int:
    """Queue the night's backup of every tenant that lives here; called twice, they are the same jobs."""
    with public_context():
        living = Tenant.objects.filter(state__in=[TenantState.ACTIVE, TenantState.SUSPENDED])
        uuids = list(living.order_by("created_at").values_list("uuid", flat=True))
    for uuid in uuids:
        start_job(uuid=uuid5(NAMESPACE_URL, f"backup:{uuid}:{today}"), kind="backup", tenant_uuid=uuid)
    return len(uuids)


def write_backup(job: RunningJob) -> None:
    store, now = cell_store(), timezone.now()
    if "name" not in job.result:  # tried again, it is the same file
        job.keep(name=f"{folder_of(job.tenant_uuid)}{now:%Y%m%dT%H%M%SZ}-{job.uuid.hex[:8]}.zip", at=now.isoformat())
    with store.writing(job.result["name"]) as sink:
        manifest = write_archive(
            tenant=job.tenant, purpose=Purpose.BACKUP, store=store, sink=sink, now=now, tell=job.tell
        )
    job.keep(rows=sum(table.rows for table in manifest.tables), files=len(manifest.files))


def check_backup(job: RunningJob) -> None:
    check_archive(job, job.result["name"])


def thin_backups(job: RunningJob) -> None:
    """Forget what is older than a backup may be. The newest one always stays."""
    store = cell_store()
    names = [stored.name for stored in store.names(folder_of(job.tenant_uuid))]
    kept = names_to_keep(names, now=timezone.now())
    for name in names:
        if name not in kept:
            store.delete(name)
    job.keep(kept=sorted(kept))


def names_to_keep(names: list[str], *, now: datetime) -> set[str]:
    """All of the last days, the first one of each of the weeks before, and the newest whatever its age."""
    written = {name: datetime.strptime(name.rsplit("/", 1)[1][:16], "%Y%m%dT%H%M%S%z") for name in names}
    kept = {name for name, at in written.items() if at > now - timedelta(days=DAYS)} | set(sorted(names)[-1:])
    weeks: set[tuple[int, int]] = set()
    for name in sorted(names):
        week = written[name].isocalendar()[:2]
        if written[name] > now - timedelta(weeks=WEEKS) and week not in weeks:
            weeks.add(week)
            kept.add(name)
    return kept


def folder_of(uuid: UUID) -> str:
    return f"backups/{uuid}/"
