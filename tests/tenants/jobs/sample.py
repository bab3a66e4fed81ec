"""A kind of job for the engine's own tests: its steps leave marks in the registry, and stumble when told to."""

from tenants.context import public_context
from tenants.jobs.kinds import Step, register_job
from tenants.jobs.running import JobRefused, RunningJob
from tenants.models import UsedEntry

KIND = "sample"
stumbles: list[Exception] = []


def mark(job: RunningJob, name: str) -> None:
    with public_context():
        UsedEntry.objects.get_or_create(token_id=f"{job.uuid.hex[:20]}-{name}")


def marks(job_hex: str) -> list[str]:
    with public_context():
        found = UsedEntry.objects.filter(token_id__startswith=job_hex[:20]).order_by("pk")
        return [entry.token_id.rpartition("-")[2] for entry in found]


def first(job: RunningJob) -> None:
    mark(job, "first")
    job.keep(seen=job.tenant.schema_name)


def second(job: RunningJob) -> None:
    for done in range(1, 4):
        job.tell(done, 3)
        mark(job, f"second{done}")
    if stumbles:
        raise stumbles[0]


def third(job: RunningJob) -> None:
    if job.parameters.get("refuse"):
        raise JobRefused("not_now")
    mark(job, "third")


register_job(
    kind=KIND,
    label="Sample",
    steps=[Step("first", "First", first), Step("second", "Second", second), Step("third", "Third", third)],
)
