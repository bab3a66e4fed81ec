from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from tenants.context import public_context
from tenants.jobs.kinds import quick_kinds
from tenants.jobs.models import Job

STALE_AFTER = timedelta(seconds=20)
QUEUED_FOR = timedelta(minutes=10)  # a long job that nobody has begun stands in its queue, most likely


def unfinished_jobs(*, now: datetime) -> list[Job]:
    """Jobs that nobody seems to work on: their worker was killed, a step failed, or the message was lost."""
    with public_context():
        is_quick = Q(kind__in=quick_kinds()) | Q(parameters__is_quick=True)
        missed = Q(attempts__gt=0) | is_quick | Q(touched_at__lt=now - QUEUED_FOR)
        stale = Job.objects.unfinished().filter(missed, touched_at__lt=now - STALE_AFTER)
        return list(stale.order_by("created_at"))


def find_next_job(tenant_uuid: UUID) -> Job | None:
    """The oldest job of the tenant that nobody has begun."""
    with public_context():
        waiting = Job.objects.unfinished().filter(tenant_uuid=tenant_uuid, attempts=0)
        return waiting.order_by("created_at").first()


def jobs_of_kind(kind: str, *, tenant_uuid: UUID) -> list[Job]:
    """Of one tenant, newest first."""
    with public_context():
        return list(Job.objects.filter(kind=kind, tenant_uuid=tenant_uuid).order_by("-created_at", "-pk")[:20])


def find_job(uuid: UUID, *, kind: str, tenant_uuid: UUID) -> Job | None:
    with public_context():
        return Job.objects.filter(uuid=uuid, kind=kind, tenant_uuid=tenant_uuid).first()
