"""Who a session belongs to, and what she may do: with two questions less on each page of the office than Django's own."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from tenants.context import current_tenant
from tenants.users.models import User


class TeamBackend(ModelBackend):
    """A campaign gives rights to roles only, never to one member."""

    def get_user(self, user_id: Any) -> User | None:
        """In an office with her profile of Wagtail, which every page asks; customers and operators have none."""
        if current_tenant() is None:
            return super().get_user(user_id)
        user = User.objects.select_related("wagtail_userprofile").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def _get_user_permissions(self, user_obj: User) -> QuerySet[Permission]:
        return Permission.objects.none()

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        return Permission.objects.filter(group__user=user_obj)
