"""Making operators, and their second factor: set up, shown, lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from controlplane.audit.actors import Actor
from controlplane.audit.enums import ActorKind
from controlplane.audit.services import record_audit
from controlplane.enums import OperatorRole
from controlplane.operators.models import Operator
from controlplane.tasks import send_password_reset_task
from tenants.factors import services as factors
from tenants.factors.models import AuthenticatorApp
from tenants.users.models import User
from tenants.users.services import end_sessions

ENROLS_WITHIN = timedelta(days=7)


class LastAdministrator(Exception):
    """Nobody would be left who may make operators."""


class MayNotEnrol(Exception):
    """The time for setting up a second factor is over: an administrator opens it again."""


@dataclass(frozen=True, slots=True)
class NewOperator:
    email: str
    role: OperatorRole
    first_name: str = ""
    last_name: str = ""
    language: str = "fr"
    password: str | None = None  # None: the account keeps its own, or gets a link to choose one


@transaction.atomic
def make_operator(*, new: NewOperator, by: Actor, now: datetime) -> tuple[Operator, bool]:
    """Somebody who may open the console; a customer may become one. Says if the account is new."""
    user, created = User.objects.get_or_create(
        email=new.email.strip().lower(), defaults={"language": new.language, "password": "!"}
    )
    user.first_name, user.last_name = new.first_name or user.first_name, new.last_name or user.last_name
    user.is_staff = user.is_active = True
    if new.password:
        user.set_password(new.password)
    user.save()
    operator, _made = Operator.objects.update_or_create(
        user=user,
        defaults={"role": new.role},
        create_defaults={"role": new.role, "created_at": now, "may_enrol_until": now + ENROLS_WITHIN},
    )
    record_audit(action="operator.made", by=by, now=now, details={"operator": operator.pk, "role": new.role})
    if not user.has_usable_password():
        transaction.on_commit(partial(send_password_reset_task.delay, user_id=user.pk))
    return operator, created


@transaction.atomic
def change_operator(*, operator: Operator, role: OperatorRole, is_active: bool, by: Actor, now: datetime) -> None:
    """Raises LastAdministrator."""
    administrators = Operator.objects.select_for_update(of=("self",)).filter(
        role=OperatorRole.ADMINISTRATOR, user__is_active=True, user__is_staff=True
    )
    others = [found for found in administrators if found.pk != operator.pk]
    if not others and not (is_active and role == OperatorRole.ADMINISTRATOR):
        raise LastAdministrator
    Operator.objects.filter(pk=operator.pk).update(role=role)
    User.objects.filter(pk=operator.user_id).update(is_staff=is_active)
    details = {"operator": operator.pk, "role": role, "may_enter": is_active}
    record_audit(action="operator.changed", by=by, now=now, details=details)


@transaction.atomic
def reset_second_factor(*, operator: Operator, by: Actor, now: datetime) -> None:
    """The telephone is lost, and the codes with it: she sets up a new one, within a week. Her sessions end."""
    factors.forget_factor(user_id=operator.user_id)
    # One may be on the telephone, and would set up its thief's app.
    end_sessions(user=User.objects.get(pk=operator.user_id))
    Operator.objects.filter(pk=operator.pk).update(may_enrol_until=now + ENROLS_WITHIN)
    record_audit(action="operator.factor_reset", by=by, now=now, details={"operator": operator.pk})


@transaction.atomic
def finish_enrolment(*, operator: Operator, app: AuthenticatorApp, code: str, now: datetime) -> list[str] | None:
    """The recovery codes, once the app has shown that it works; None when the code is wrong. Raises MayNotEnrol."""
    if not operator.may_enrol(now=now):
        raise MayNotEnrol
    codes = factors.finish_enrolment(user=operator.user, app=app, code=code, now=now)
    if codes:
        Operator.objects.filter(pk=operator.pk).update(may_enrol_until=now)  # the door closes behind her
        _record("operator.factor_set_up", operator, now=now)
    return codes


@transaction.atomic
def renew_recovery_codes(*, operator: Operator, now: datetime) -> list[str]:
    """Ten new codes, to be shown once; the old ones work no more."""
    _record("operator.codes_renewed", operator, now=now)
    return factors.renew_recovery_codes(user=operator.user)


@transaction.atomic
def check_code(*, operator: Operator, code: str, now: datetime) -> AuthenticatorApp | None:
    """Her second factor if the code is right; entries by a recovery code are written down."""
    shown = factors.check_code(user=operator.user, code=code, now=now)
    if shown and shown.by_recovery_code:
        _record("operator.recovery_code", operator, now=now)
    return shown.app if shown else None


def _record(action: str, operator: Operator, *, now: datetime) -> None:
    """What an operator did about her own second factor."""
    herself = Actor(ActorKind.OPERATOR, operator.user_id)
    record_audit(action=action, by=herself, now=now, details={"operator": operator.pk})
