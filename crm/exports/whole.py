"""The whole campaign in one file: the same job as in the account on the platform, asked for and taken in the office."""

from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from crm.access.enums import Access
from crm.access.queries import accesses_about
from crm.access.services import log_access
from crm.exports.services import ExportGone
from tenants.archive.handing import sign_export
from tenants.context import require_tenant
from tenants.jobs.models import Job
from tenants.jobs.queries import find_job, jobs_of_kind
from tenants.jobs.services import start_only_job
from tenants.users.models import User

KIND = "export"


def whole_exports() -> list[Job]:
    """Newest first, whoever asked for them: in the office or in the account."""
    return jobs_of_kind(KIND, tenant_uuid=require_tenant().uuid)


def standing_until(job: Job, *, now: datetime) -> datetime | None:
    """Until when the file of this export can be taken; None when there is none."""
    until = parse_datetime(str(job.result.get("expires_at", ""))) if job.state == "done" else None
    return until if until and until > now else None


@transaction.atomic
def ask_whole_export(*, by: User, reason: str, now: datetime) -> Job:
    """Raises JobUnderWay. The campaign's owner reads of it in her account, and gets a mail when it is ready."""
    job = start_only_job(kind=KIND, tenant_uuid=require_tenant().uuid)
    _log(job.uuid, Access.ASKED, by=by, reason=reason, now=now)
    return job


@transaction.atomic
def take_whole_export(*, uuid: UUID, by: User, now: datetime) -> str:
    """A link on the campaign's own host that works for ten minutes; each one is written down. Raises ExportGone."""
    tenant = require_tenant()
    job = find_job(uuid, kind=KIND, tenant_uuid=tenant.uuid)
    if job is None or not standing_until(job, now=now):
        raise ExportGone
    asked = accesses_about(log_name(uuid)).filter(kind=Access.ASKED).first()
    _log(uuid, Access.FETCHED, by=by, reason=asked.details["reason"] if asked else "", now=now)
    name = str(job.result["name"])
    signature = sign_export(name, uuid=tenant.uuid, cell=tenant.cell)
    return f"/{quote(name)}?s={quote(signature)}"


def log_name(job: UUID) -> str:
    """How the access log calls this export."""
    return f"campaign:{job}"


def _log(job: UUID, kind: Access, *, by: User, reason: str, now: datetime) -> None:
    details = {"format": "zip", "selection": {"campaign": True}, "reason": reason}
    log_access(kind=kind, by=by.pk, now=now, about=log_name(job), details=details)
