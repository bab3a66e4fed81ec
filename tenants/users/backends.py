"""Who a session belongs to, and what she may do: with three questions less on each page of the office than Django's own."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group

from tenants.context import current_tenant
from tenants.users.models import User, role_among


class TeamBackend(ModelBackend):
    """A campaign gives rights to roles only, never to one member."""

    def get_user(self, user_id: Any) -> User | None:
        """In an office with her profile of Wagtail, which every page asks; customers and operators have none."""
        if current_tenant() is None:
            return super().get_user(user_id)
        user = User.objects.select_related("wagtail_userprofile").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return super().get_user_permissions(user_obj, obj) if user_obj.is_superuser else set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Her role comes with the same answer."""
        if obj is not None or user_obj.is_superuser or not user_obj.is_active or user_obj.is_anonymous:
            return super().get_group_permissions(user_obj, obj)
        app, codename = "permissions__content_type__app_label", "permissions__codename"
        granted = list(Group.objects.filter(user=user_obj).values_list("name", app, codename))
        user_obj.role = role_among(name for name, *_permission in granted)
        return {f"{app}.{codename}" for _name, app, codename in granted if codename}
