"""Passwords and profiles of customers."""

from functools import partial

from django.db import transaction

from controlplane.tasks import send_password_reset_task
from tenants.users.models import User


def request_password(*, email: str) -> None:
    """Send a link if the address has an account; say nothing either way."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user:
        transaction.on_commit(partial(send_password_reset_task.delay, user_id=user.pk))


def set_password(*, user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


def edit_profile(*, user: User, first_name: str, last_name: str, language: str) -> None:
    user.first_name, user.last_name, user.language = first_name, last_name, language
    user.save(update_fields=["first_name", "last_name", "language"])
