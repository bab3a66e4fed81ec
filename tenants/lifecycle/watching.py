"""A domain that was proved is looked at again each day: whoever loses one must not keep it here.

The cell looks and tells; the control plane writes to the owner, and asks for the removal when the time of grace is over.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants.alarms import cancel_alarm, set_alarm
from tenants.bus import DomainChecked, send_to_control
from tenants.context import public_context, require_tenant
from tenants.enums import DomainKind
from tenants.jobs.models import Job
from tenants.lifecycle.dns import DnsUnreachable, look_up_proof
from tenants.models import Domain

ALARM = "lifecycle.check_domain"
EVERY = timedelta(days=1)
SOON = timedelta(hours=1)  # one look that finds nothing says nothing: a zone may be being changed
GRACE = timedelta(days=7)


def look_again_later(domain: str, *, now: datetime, after: timedelta = EVERY) -> None:
    """In the tenant's context and a transaction."""
    set_alarm(ALARM, due_at=now + after, key=domain)


def look_no_more(domain: str) -> None:
    """In the tenant's context and a transaction."""
    cancel_alarm(ALARM, key=domain)


def watch_domains() -> None:
    """In the tenant's context, each day: domains that nothing looks at are looked at from now on."""
    tenant, now = require_tenant(), timezone.now()
    with public_context():
        names = list(_own_domains(tenant.uuid).values_list("domain", flat=True))
    for name in names:
        look_again_later(name, now=now)


@transaction.atomic
def look_at_domain(name: str, *, now: datetime) -> None:
    """When its alarm rings, in the tenant's context: whether the proof stands. Twice missed, the control plane is told."""
    tenant = require_tenant()
    with public_context():
        domain = _own_domains(tenant.uuid).filter(domain=name).first()
        token = _token_of(domain, tenant.uuid) if domain else ""
        hosts = platform_hosts(tenant.uuid)
    if domain is None:
        return
    try:
        is_proved = look_up_proof(name, hosts=hosts, token=token).is_proved
    except DnsUnreachable:
        look_again_later(name, now=now, after=SOON)  # nothing is known
        return
    if is_proved and domain.lost_at is None:
        look_again_later(name, now=now)
    elif is_proved:
        _note(domain, None)
        _tell(tenant.uuid, name, lost_at=None, now=now)
        look_again_later(name, now=now)
    elif domain.lost_at is None:
        _note(domain, now)
        look_again_later(name, now=now, after=SOON)
    else:
        _tell(tenant.uuid, name, lost_at=domain.lost_at, now=now)
        look_again_later(name, now=now)


def platform_hosts(tenant_uuid: UUID) -> list[str]:
    """The tenant's address on the platform and those that it had: an alias of any of them proves a domain."""
    lent = Domain.objects.filter(tenant__uuid=tenant_uuid, kind=DomainKind.PLATFORM)
    return list(lent.values_list("domain", flat=True))


def _own_domains(tenant_uuid: UUID) -> QuerySet[Domain]:
    own: QuerySet[Domain] = Domain.objects.filter(tenant__uuid=tenant_uuid, kind=DomainKind.OWN)
    return own


def _token_of(domain: Domain, tenant_uuid: UUID) -> str:
    """Domains that were opened by an older version have it in their job alone."""
    asked = Job.objects.filter(tenant_uuid=tenant_uuid, kind="add_domain", parameters__domain=domain.domain)
    last = asked.order_by("-created_at").first()
    return domain.token or (str(last.parameters["token"]) if last else "")


def _note(domain: Domain, lost_at: datetime | None) -> None:
    with public_context():
        Domain.objects.filter(pk=domain.pk).update(lost_at=lost_at)


def _tell(uuid: UUID, domain: str, *, lost_at: datetime | None, now: datetime) -> None:
    closes_at = lost_at + GRACE if lost_at else None
    transaction.on_commit(
        partial(send_to_control, DomainChecked(uuid=uuid, domain=domain, closes_at=closes_at, at=now))
    )
