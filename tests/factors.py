"""A second factor, as somebody with a telephone has it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp

from tenants.factors.models import AuthenticatorApp
from tenants.factors.sealing import seal, unseal
from tenants.factors.showing import FACTOR_SHOWN_AT
from tenants.users.models import User

SECRET = b"0123456789abcdefghij"
CODE = "/bureau/account/code/"


def give_factor(user: User, secret: bytes = SECRET) -> AuthenticatorApp:
    values = {"name": "", "sealed_secret": seal(secret), "created_at": timezone.now()}
    app: AuthenticatorApp
    app, _made = AuthenticatorApp.objects.get_or_create(user_id=user.pk, confirmed=True, defaults=values)
    return app


def current_code(user: User, *, confirmed: bool = True, steps: int = 0) -> str:
    """What the app shows now. A code works once: `steps` looks ahead."""
    app = AuthenticatorApp.objects.get(user_id=user.pk, confirmed=confirmed)
    return f"{totp(unseal(app.sealed_secret), drift=steps):06d}"


def confirm(browser: Any, user: User, *, to: str) -> Any:
    """Show the second factor in the office, as it is asked for before an export."""
    give_factor(user)
    return browser.post(f"{CODE}?{urlencode({'next': to})}", {"code": current_code(user)})


def has_shown(browser: Any, user: User, *, minutes_ago: int = 0) -> AuthenticatorApp:
    """On the platform: this session has shown the second factor."""
    app = give_factor(user)
    session = browser.session
    shown_at = timezone.now() - timedelta(minutes=minutes_ago)
    session.update({DEVICE_ID_SESSION_KEY: app.persistent_id, FACTOR_SHOWN_AT: shown_at.timestamp()})
    session.save()
    return app
