"""Backups of each tenant by itself. They lie in the cell's own store, outside the tenant's folder: what empties it leaves them alone."""

from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from tenants.archive.exporting import check_archive
from tenants.archive.manifest import Purpose
from tenants.archive.stores import cell_store
from tenants.archive.writing import write_archive
from tenants.context import public_context
from tenants.enums import TenantState
from tenants.jobs.models import Job
from tenants.jobs.running import RunningJob
from tenants.jobs.services import start_job
from tenants.models import Tenant

BEGIN = time(1)  # the night's backups: the first ones
LASTS = timedelta(hours=4)
EVERY = timedelta(minutes=10)  # as the beat asks (config.schedule); it asks for longer, for what it missed
DAYS = 7  # every backup of the last days is kept
WEEKS = 5  # and of the weeks before the first one


def start_backups(*, now: datetime) -> int:
    """Queue those of the night's backups whose time has come (`now`: local); called twice, they are the same jobs."""
    with public_context():
        living = Tenant.objects.filter(state__in=[TenantState.ACTIVE, TenantState.SUSPENDED])
        uuids = living.order_by("created_at").values_list("uuid", flat=True)
        due = {
            uuid5(NAMESPACE_URL, f"backup:{uuid}:{now.date()}"): uuid for uuid in uuids if starts_at(uuid) <= now.time()
        }
        begun = set(Job.objects.filter(uuid__in=due).values_list("uuid", flat=True))
    for job, uuid in due.items():
        if job not in begun:
            start_job(uuid=job, kind="backup", tenant_uuid=uuid)
    return len(due) - len(begun)


def starts_at(uuid: UUID) -> time:
    """The same each night, and as many tenants at each time: their UUIDs are random."""
    minutes = (uuid.int % (LASTS // EVERY)) * EVERY
    return (datetime.combine(date.min, BEGIN) + minutes).time()


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
    forget_jobs(job.tenant_uuid, kept, now=timezone.now())


def forget_jobs(tenant_uuid: UUID, kept: set[str], *, now: datetime) -> None:
    """The rows of backups that are gone, and of tries that failed long ago."""
    with public_context():
        over = Job.objects.filter(kind="backup", tenant_uuid=tenant_uuid, finished_at__lt=now - timedelta(days=DAYS))
        over.exclude(pk__in=over.filter(result__name__in=kept)).delete()  # a try that failed has no name at all


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
