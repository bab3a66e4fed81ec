"""Somebody of the platform in the office: with the owner's permission, as a reader, for a time, and seen by the team."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenants.alarms import set_alarm
from tenants.bus import SupportEnded
from tenants.context import tenant_context
from tenants.entry import Entry, EntryExpired, EntryInvalid
from tenants.office.models import SupportPermission, SupportVisit
from tenants.office.services.team import NewMember, add_member
from tenants.queries import UnknownTenant, get_tenant
from tenants.users.enums import Role
from tenants.users.models import User

ALARM = "office.support_ends"


def begin_visit(*, entry: Entry, now: datetime) -> User:
    """Raises EntryExpired once the permission is over, EntryInvalid when it was taken back or the team has closed the account."""
    grant, ends_at = UUID(entry.grant), datetime.fromisoformat(entry.ends_at)
    if now >= ends_at:
        raise EntryExpired(entry)
    with transaction.atomic():
        if _locked(grant).ended_at:
            raise EntryInvalid(entry)
        email = entry.email.lower()
        before = SupportVisit.objects.filter(grant=grant, user__email=email)
        if before.filter(user__is_active=False).exists():
            raise EntryInvalid(entry)
        if User.objects.filter(email=email).exclude(groups__name=Role.READER).exists():
            raise EntryInvalid(entry)
        member = NewMember(email, Role.READER, entry.language, entry.first_name, entry.last_name)
        user = add_member(member=member, now=now)
        SupportVisit.objects.create(user=user, grant=grant, began_at=now, ends_at=ends_at)
        set_alarm(ALARM, due_at=ends_at, key=str(grant))
    return user


@transaction.atomic
def end_visits(*, grant: UUID, now: datetime) -> int:
    """Close the accounts that came in by this permission; told twice, nothing more happens."""
    permission = _locked(grant)
    permission.ended_at = permission.ended_at or now
    permission.save(update_fields=["ended_at"])
    visits = SupportVisit.objects.select_for_update().filter(grant=grant, ended_at=None)
    others = SupportVisit.objects.filter(ended_at=None, ends_at__gt=now).exclude(grant=grant)
    users = set(visits.values_list("user", flat=True)) - set(others.values_list("user", flat=True))
    User.objects.filter(pk__in=users).update(is_active=False)
    return visits.update(ended_at=now)


def _locked(grant: UUID) -> SupportPermission:
    """Whoever comes in and whoever ends it wait for each other."""
    SupportPermission.objects.bulk_create([SupportPermission(grant=grant)], ignore_conflicts=True)
    return SupportPermission.objects.select_for_update().get(grant=grant)


def accept_support_end(message: SupportEnded) -> None:
    """The owner has taken her permission back."""
    try:
        tenant = get_tenant(message.tenant_uuid)
    except UnknownTenant:
        return
    with tenant_context(tenant):
        end_visits(grant=message.uuid, now=message.at)
