from datetime import datetime, timedelta
from uuid import UUID

from tenants.context import public_context
from tenants.jobs.models import Job

STALE_AFTER = timedelta(seconds=20)


def unfinished_jobs(*, now: datetime) -> list[UUID]:
    """Jobs that nobody seems to work on: their worker was killed, a step failed, or the message was lost."""
    with public_context():
        stale = Job.objects.unfinished().filter(touched_at__lt=now - STALE_AFTER)
        return list(stale.order_by("created_at").values_list("uuid", flat=True))


def find_next_job(tenant_uuid: UUID) -> UUID | None:
    """The oldest job of the tenant that nobody has begun."""
    with public_context():
        waiting = Job.objects.unfinished().filter(tenant_uuid=tenant_uuid, attempts=0)
        return waiting.order_by("created_at").values_list("uuid", flat=True).first()
