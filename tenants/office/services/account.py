from django.db import transaction
from wagtail.users.models import UserProfile

from tenants.users.models import User


def change_account(*, user: User, email: str, first_name: str, last_name: str, language: str) -> None:
    """What a member says of herself. Wagtail's screens follow her language too."""
    with transaction.atomic():
        user.email = email.strip().lower()
        user.first_name, user.last_name, user.language = first_name, last_name, language
        user.save(update_fields=["email", "first_name", "last_name", "language"])
        UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
