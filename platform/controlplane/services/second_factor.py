"""Second factors of customers. Whatever happens to one is written down, and told to whom it belongs."""

from datetime import datetime
from functools import partial

from django.db import transaction

from controlplane.audit.actors import Actor, owner
from controlplane.audit.services import record_audit
from controlplane.permissions import is_staff
from controlplane.tasks import send_factor_news_task
from tenants.factors import services as factors
from tenants.factors.models import AuthenticatorApp
from tenants.factors.queries import has_factor
from tenants.users.models import User
from tenants.users.services import end_sessions

TOLD = ("set_up", "removed", "reset", "recovery_code")


class NoFactor(Exception):
    """There is no second factor to be reset."""


class BelongsToConsole(Exception):
    """An operator's is set up and reset in the console only: its door must not have a second key."""


@transaction.atomic
def set_up_factor(*, user: User, app: AuthenticatorApp, code: str, now: datetime) -> list[str] | None:
    """The recovery codes once the app has shown that it works; None when the code is wrong. Her other sessions end.

    Raises BelongsToConsole.
    """
    _check_customer(user)
    codes = factors.finish_enrolment(user=user, app=app, code=code, now=now)
    if codes:
        end_sessions(user=user)
        _record("set_up", user, by=owner(user), now=now)
    return codes


@transaction.atomic
def check_code(*, user: User, code: str, now: datetime) -> AuthenticatorApp | None:
    """Her second factor if the code is right; a recovery code is written down and told."""
    shown = factors.check_code(user=user, code=code, now=now)
    if shown and shown.by_recovery_code:
        _record("recovery_code", user, by=owner(user), now=now)
    return shown.app if shown else None


@transaction.atomic
def renew_codes(*, user: User, now: datetime) -> list[str]:
    """Ten new codes, to be shown once; the old ones work no more. Raises BelongsToConsole."""
    _check_customer(user)
    _record("codes_renewed", user, by=owner(user), now=now)
    return factors.renew_recovery_codes(user=user)


@transaction.atomic
def remove_factor(*, user: User, now: datetime) -> None:
    """Raises BelongsToConsole."""
    _check_customer(user)
    factors.forget_factor(user_id=user.pk)
    _record("removed", user, by=owner(user), now=now)


@transaction.atomic
def reset_factor(*, user: User, by: Actor, now: datetime) -> None:
    """The telephone is lost, and the codes with it. Her sessions end: one may be on the telephone.

    Raises NoFactor, BelongsToConsole.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _check_customer(user)
    if not has_factor(user):
        raise NoFactor
    factors.forget_factor(user_id=user.pk)
    end_sessions(user=user)
    _record("reset", user, by=by, now=now)


def _check_customer(user: User) -> None:
    if is_staff(user):
        raise BelongsToConsole


def _record(kind: str, user: User, *, by: Actor, now: datetime) -> None:
    record_audit(action=f"account.factor_{kind}", by=by, now=now, details={"account": user.pk})
    if kind in TOLD:
        transaction.on_commit(partial(send_factor_news_task.delay, user_id=user.pk, kind=kind))
