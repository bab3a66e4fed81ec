"""What a cell tells of a domain that it looked at again: the owner is written to, and in the end it is closed."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from controlplane.audit.actors import SYSTEM
from controlplane.jobs.services import JobUnderWay
from controlplane.lifecycle.models import CampaignDomain
from controlplane.lifecycle.services.addresses import remove_domain
from controlplane.lifecycle.tasks import send_domain_mail_task
from tenants.bus import DomainChecked


@transaction.atomic
def record_domain_check(message: DomainChecked, *, cell: str, now: datetime) -> None:
    """The newest news win; told twice, one mail is written. A cell tells of its own campaigns only."""
    locked = CampaignDomain.objects.select_for_update(of=("self",)).select_related("campaign__cell")
    mine = locked.filter(domain=message.domain, campaign__uuid=message.uuid, campaign__cell__name=cell)
    domain = mine.filter(Q(checked_at=None) | Q(checked_at__lt=message.at), verified_at__lt=message.at).first()
    if domain is None:
        return
    was_missing = domain.closes_at is not None
    domain.closes_at, domain.checked_at = message.closes_at, message.at
    domain.save(update_fields=["closes_at", "checked_at"])
    if domain.closes_at and not was_missing:
        transaction.on_commit(partial(send_domain_mail_task.delay, domain_id=domain.pk))
    if domain.closes_at and domain.closes_at <= now:
        _close(domain, now=now)


def _close(domain: CampaignDomain, *, now: datetime) -> None:
    """The cell tells again tomorrow, when something else is under way now."""
    try:
        with transaction.atomic():
            remove_domain(domain=domain, by=SYSTEM, now=now)
    except JobUnderWay:
        return
