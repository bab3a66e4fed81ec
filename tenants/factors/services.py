"""A second factor: set up, shown, lost. Who may do it, and who is told, is the business of the console and of the office."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.factors.sealing import digest, former_digest, seal
from tenants.users.models import User

RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read for something else


@dataclass(frozen=True, slots=True)
class Shown:
    """The second factor that a right code has shown."""

    app: AuthenticatorApp
    by_recovery_code: bool = False


@transaction.atomic
def begin_enrolment(*, user: User, now: datetime, begun: int | None = None) -> AuthenticatorApp:
    """The secret to put into the app: the same one for who has `begun` with it, until it is confirmed.

    Another session gets another secret: whoever saw the picture with a stolen password must not hold what its owner sets up later.
    """
    User.objects.select_for_update().get(pk=user.pk)
    pending = AuthenticatorApp.objects.filter(user_id=user.pk, confirmed=False)
    app: AuthenticatorApp | None = pending.filter(pk=begun).first() if begun else None
    if app is None:
        pending.delete()
        sealed = seal(secrets.token_bytes(20))
        app = AuthenticatorApp.objects.create(
            user_id=user.pk, name="", confirmed=False, sealed_secret=sealed, created_at=now
        )
    return app


@transaction.atomic
def finish_enrolment(*, user: User, app: AuthenticatorApp, code: str, now: datetime) -> list[str] | None:
    """The recovery codes, once the app has shown that it works; None when the code is wrong. What was there before goes."""
    pending = AuthenticatorApp.objects.select_for_update().filter(user_id=user.pk, pk=app.pk, confirmed=False)
    found: AuthenticatorApp | None = pending.first()
    if found is None or not found.verify_token(code.replace(" ", "")):
        return None
    AuthenticatorApp.objects.filter(user_id=user.pk, confirmed=True).delete()
    AuthenticatorApp.objects.filter(pk=app.pk).update(confirmed=True, created_at=now)
    return renew_recovery_codes(user=user)


@transaction.atomic
def renew_recovery_codes(*, user: User) -> list[str]:
    """Ten new codes, to be shown once; the old ones work no more."""
    RecoveryCode.objects.filter(user_id=user.pk).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user_id=user.pk, digest=digest(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@transaction.atomic
def check_code(*, user: User, code: str, now: datetime) -> Shown | None:
    """Right: of the app, or a recovery code that no one has used. One brake for both."""
    app: AuthenticatorApp | None
    app = AuthenticatorApp.objects.select_for_update().filter(user_id=user.pk, confirmed=True).first()
    if app is None:
        return None
    plain = code.replace(" ", "").replace("-", "").lower()
    if plain.isdecimal() and len(plain) == 6:
        return Shown(app) if app.verify_token(plain) else None
    is_allowed, _why = app.verify_is_allowed()
    if not is_allowed:
        return None
    digests = [digest(plain), former_digest(plain)]
    unused = RecoveryCode.objects.filter(user_id=user.pk, digest__in=digests, used_at=None)
    if not unused.update(used_at=now):
        app.throttle_increment()
        return None
    app.throttle_reset()
    return Shown(app, by_recovery_code=True)


@transaction.atomic
def forget_factor(*, user_id: int) -> None:
    """App and recovery codes, set up or begun."""
    AuthenticatorApp.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.filter(user_id=user_id).delete()
