from django.utils.crypto import get_random_string

from tenants.users.models import User


def end_sessions(*, user: User) -> None:
    """She is signed out wherever she is; who calls it may keep her own session by `update_session_auth_hash`."""
    user.session_salt = get_random_string(16)
    user.save(update_fields=["session_salt"])
