from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.users.models import User

FEW = 3  # recovery codes: time to make new ones


def find_factor(user: User) -> AuthenticatorApp | None:
    """The second factor that is asked of her; None when she has set up none."""
    app: AuthenticatorApp | None = AuthenticatorApp.objects.filter(user_id=user.pk, confirmed=True).first()
    return app


def has_factor(user: User) -> bool:
    return bool(AuthenticatorApp.objects.filter(user_id=user.pk, confirmed=True).exists())


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user_id=user.pk, used_at=None).count()
