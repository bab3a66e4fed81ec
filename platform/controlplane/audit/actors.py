from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from controlplane.audit.enums import ActorKind
from tenants.users.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, by number only."""

    kind: ActorKind
    user_id: int | None = None


SYSTEM = Actor(ActorKind.SYSTEM)


def owner(user: User | AnonymousUser) -> Actor:
    return Actor(ActorKind.OWNER, user.pk)


def operator(user: User | AnonymousUser) -> Actor:
    return Actor(ActorKind.OPERATOR, user.pk)
