from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.users.models import UserProfile

from tenants.office.invitation_links import get_invitation
from tenants.office.models import Invitation
from tenants.office.queries import active_owners
from tenants.office.tasks import send_invitation_task
from tenants.users.enums import Role
from tenants.users.models import User
from tenants.users.permissions import can

INVITATION_LIFETIME = timedelta(days=7)


class AlreadyInTeam(Exception):
    """This address belongs to a member of the team."""


class LastOwner(Exception):
    """A campaign keeps at least one active owner."""


class OwnersOnly(Exception):
    """Only an owner may name, change or deactivate an owner."""


@dataclass(frozen=True, slots=True)
class NewMember:
    email: str
    role: str
    language: str = "fr"
    first_name: str = ""
    last_name: str = ""


def invite_member(*, member: NewMember, by: User, now: datetime) -> Invitation:
    """Send a link that is good once, for seven days. Inviting again sends a new one and kills the old one."""
    email = member.email.strip().lower()
    check_may_touch(by, member.role)
    with transaction.atomic():
        if User.objects.filter(email=email, is_active=True).exists():
            raise AlreadyInTeam(email)
        invitation, _created = Invitation.objects.open().update_or_create(
            email=email,
            defaults={
                "role": member.role,
                "language": member.language,
                "first_name": member.first_name,
                "last_name": member.last_name,
                "invited_by": by,
                "sent_at": now,
                "expires_at": now + INVITATION_LIFETIME,
            },
        )
        transaction.on_commit(partial(send_invitation_task.delay, invitation_id=invitation.pk))
    return invitation


def revoke_invitation(*, invitation: Invitation, by: User, now: datetime) -> None:
    check_may_touch(by, invitation.role)
    Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=now)


def accept_invitation(*, token: str, first_name: str, last_name: str, password: str, now: datetime) -> User:
    """Make the account with the password that its owner chose. The second of two clicks gets InvitationInvalid."""
    with transaction.atomic():
        found = get_invitation(token, now=now)
        invitation = Invitation.objects.select_for_update().get(pk=found.pk)
        get_invitation(token, now=now)
        member = NewMember(invitation.email, invitation.role, invitation.language, first_name, last_name)
        user = add_member(member=member, now=now)
        user.set_password(password)
        user.save(update_fields=["password"])
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=now)
    return user


def add_member(*, member: NewMember, now: datetime) -> User:
    """An active account with this role; one that was deactivated comes back."""
    with transaction.atomic():
        user, _created = User.objects.update_or_create(
            email=member.email.lower(),
            defaults={
                "first_name": member.first_name,
                "last_name": member.last_name,
                "language": member.language,
                "is_active": True,
            },
            create_defaults={
                "email": member.email.lower(),
                "first_name": member.first_name,
                "last_name": member.last_name,
                "language": member.language,
                "date_joined": now,
                "password": "!",
            },
        )
        user.groups.set(Group.objects.filter(name=member.role))
        UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": member.language})
    return User.objects.get(pk=user.pk)


def change_role(*, member: User, role: str, by: User) -> None:
    """Raises OwnersOnly when a manager touches an owner or makes one, LastOwner when nobody would be left."""
    with transaction.atomic():
        member = _locked(member)
        check_may_touch(by, member.role, role)
        if role != Role.OWNER:
            _check_an_owner_is_left(member)
        member.groups.set(Group.objects.filter(name=role))


def deactivate_member(*, member: User, by: User) -> None:
    """She can no longer sign in, and is signed out where she is. What she did keeps her name."""
    with transaction.atomic():
        member = _locked(member)
        check_may_touch(by, member.role)
        _check_an_owner_is_left(member)
        member.is_active = False
        member.save(update_fields=["is_active"])


def reactivate_member(*, member: User, by: User) -> None:
    with transaction.atomic():
        member = _locked(member)
        check_may_touch(by, member.role)
        member.is_active = True
        member.save(update_fields=["is_active"])


def _locked(member: User) -> User:
    """All owners are locked with her: two people who step down at once cannot leave the campaign without one."""
    list(User.objects.select_for_update(of=("self",)).filter(groups__name=Role.OWNER).order_by("pk"))
    return User.objects.select_for_update(of=("self",)).get(pk=member.pk)


def check_may_touch(by: User, *roles: str) -> None:
    if Role.OWNER in roles and not can(by, "team.owner"):
        raise OwnersOnly


def _check_an_owner_is_left(member: User) -> None:
    if member.role == Role.OWNER and not active_owners().exclude(pk=member.pk).exists():
        raise LastOwner
