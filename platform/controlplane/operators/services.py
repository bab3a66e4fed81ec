"""Making operators, and their second factor: set up, shown, lost."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from controlplane.audit.actors import Actor
from controlplane.audit.enums import ActorKind
from controlplane.audit.services import record_audit
from controlplane.enums import OperatorRole
from controlplane.operators.models import AuthenticatorApp, Operator, RecoveryCode
from controlplane.operators.sealing import digest, seal
from controlplane.tasks import send_password_reset_task
from tenants.users.models import User

ENROLS_WITHIN = timedelta(days=7)
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read for something else


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
    AuthenticatorApp.objects.filter(user_id=operator.user_id).delete()
    RecoveryCode.objects.filter(user_id=operator.user_id).delete()
    Operator.objects.filter(pk=operator.pk).update(may_enrol_until=now + ENROLS_WITHIN)
    record_audit(action="operator.factor_reset", by=by, now=now, details={"operator": operator.pk})


def begin_enrolment(*, operator: Operator, now: datetime) -> AuthenticatorApp:
    """The secret to put into the app; the same one until it is confirmed. Raises MayNotEnrol."""
    if not operator.may_enrol(now=now):
        raise MayNotEnrol
    app: AuthenticatorApp
    with transaction.atomic():
        Operator.objects.select_for_update().get(pk=operator.pk)
        app, _made = AuthenticatorApp.objects.get_or_create(
            user_id=operator.user_id,
            confirmed=False,
            defaults={"name": "", "sealed_secret": seal(secrets.token_bytes(20)), "created_at": now},
        )
    return app


@transaction.atomic
def finish_enrolment(*, operator: Operator, code: str, now: datetime) -> list[str] | None:
    """The recovery codes, once the app has shown that it works; None when the code is wrong. Raises MayNotEnrol."""
    if not operator.may_enrol(now=now):
        raise MayNotEnrol
    app = AuthenticatorApp.objects.select_for_update().filter(user_id=operator.user_id, confirmed=False).first()
    if app is None or not app.verify_token(code):
        return None
    AuthenticatorApp.objects.filter(user_id=operator.user_id, confirmed=True).delete()
    AuthenticatorApp.objects.filter(pk=app.pk).update(confirmed=True)
    Operator.objects.filter(pk=operator.pk).update(may_enrol_until=now)  # the door closes behind her
    record_audit(action="operator.factor_set_up", by=_herself(operator), now=now, details={"operator": operator.pk})
    return renew_recovery_codes(operator=operator, now=now)


@transaction.atomic
def renew_recovery_codes(*, operator: Operator, now: datetime) -> list[str]:
    """Ten new codes, to be shown once; the old ones work no more."""
    RecoveryCode.objects.filter(user_id=operator.user_id).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user_id=operator.user_id, digest=digest(code)) for code in codes)
    record_audit(action="operator.codes_renewed", by=_herself(operator), now=now, details={"operator": operator.pk})
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@transaction.atomic
def check_code(*, operator: Operator, code: str, now: datetime) -> AuthenticatorApp | None:
    """Her second factor if the code is right: of the app, or a recovery code that no one has used. One brake for both."""
    app: AuthenticatorApp | None
    app = AuthenticatorApp.objects.select_for_update().filter(user_id=operator.user_id, confirmed=True).first()
    if app is None:
        return None
    plain = code.replace(" ", "").replace("-", "").lower()
    if plain.isdigit() and len(plain) == 6:
        return app if app.verify_token(plain) else None
    is_allowed, _why = app.verify_is_allowed()
    if not is_allowed:
        return None
    unused = RecoveryCode.objects.filter(user_id=operator.user_id, digest=digest(plain), used_at=None)
    if not unused.update(used_at=now):
        app.throttle_increment()
        return None
    app.throttle_reset()
    record_audit(action="operator.recovery_code", by=_herself(operator), now=now, details={"operator": operator.pk})
    return app


def _herself(operator: Operator) -> Actor:
    return Actor(ActorKind.OPERATOR, operator.user_id)
