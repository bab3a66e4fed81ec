"""The owner's permission for support, and the way in that it opens. Both sides keep a line of each visit."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from controlplane.audit.actors import operator as acting_operator
from controlplane.audit.actors import owner as acting_owner
from controlplane.audit.services import record_audit
from controlplane.models import Campaign
from controlplane.services.campaigns import OfficeNotOpen
from controlplane.support.models import SupportGrant
from controlplane.support.queries import find_grant
from tenants.bus import SupportEnded, send_to_cell
from tenants.entry import Entry, entry_url, new_token_id, seal_entry
from tenants.users.models import User

HOURS = (1, 4, 24, 72)


class NoPermission(Exception):
    """The owner has let nobody in, or her permission is over."""


@transaction.atomic
def grant_support(*, campaign: Campaign, by: User, reason: str, hours: int, now: datetime) -> SupportGrant:
    grant = SupportGrant.objects.create(
        campaign=campaign, granted_by=by, reason=reason, granted_at=now, ends_at=now + timedelta(hours=hours)
    )
    details = {"grant": str(grant.uuid), "hours": hours}
    record_audit(action="support.granted", by=acting_owner(by), now=now, campaign_uuid=campaign.uuid, details=details)
    return grant


@transaction.atomic
def revoke_support(*, grant: SupportGrant, by: User, now: datetime) -> None:
    """Whoever is inside is shut out as soon as the cell hears of it."""
    campaign = grant.campaign
    if not SupportGrant.objects.filter(pk=grant.pk).in_force(now=now).update(revoked_at=now):
        return
    details = {"grant": str(grant.uuid)}
    record_audit(action="support.revoked", by=acting_owner(by), now=now, campaign_uuid=campaign.uuid, details=details)
    message = SupportEnded(uuid=grant.uuid, tenant_uuid=campaign.uuid, at=now)
    transaction.on_commit(partial(send_to_cell, campaign.cell.name, message))


@transaction.atomic
def support_entry(*, campaign: Campaign, by: User, now: datetime) -> str:
    """An address that lets this operator in as a reader, once, within ten minutes. Raises NoPermission, OfficeNotOpen."""
    grant = find_grant(campaign, now=now)
    if grant is None:
        raise NoPermission
    if not campaign.is_open:
        raise OfficeNotOpen(campaign.state)
    entry = Entry(
        email=f"support-{by.pk}@{settings.PLATFORM_HOST}",
        first_name=by.first_name,
        last_name=f"{by.last_name} (Isoloir)".strip(),
        password_hash="!",  # noqa: S106 -- no password opens this account
        language=by.language,
        role="reader",
        token_id=new_token_id(),
        grant=str(grant.uuid),
        ends_at=grant.ends_at.isoformat(),
    )
    details = {"grant": str(grant.uuid)}
    record_audit(
        action="support.entered", by=acting_operator(by), now=now, campaign_uuid=campaign.uuid, details=details
    )
    return entry_url(campaign.address, seal_entry(uuid=campaign.uuid, cell=campaign.cell.name, entry=entry, now=now))
