"""The console's page of customers: who they are, what they opened, and the lost telephone."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from controlplane.admin import OperatorsRead
from controlplane.audit.actors import operator
from controlplane.console import console
from controlplane.models import Campaign
from controlplane.operators.access import ask_again
from controlplane.permissions import may
from controlplane.services.second_factor import BelongsToConsole, NoFactor, reset_factor
from tenants.factors.models import AuthenticatorApp
from tenants.factors.showing import is_factor_fresh
from tenants.users.models import User


class UserAdmin(OperatorsRead):
    """Customers and operators of the platform: who they are and what they opened."""

    list_name = _("Customers")
    list_display = ["email", "first_name", "last_name", "language", "has_factor", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "language"]
    search_fields = ["email", "first_name", "last_name"]
    fields = [
        "email",
        "first_name",
        "last_name",
        "language",
        "has_factor",
        "is_staff",
        "is_active",
        "date_joined",
        "last_login",
        "opened",
    ]
    readonly_fields = ["has_factor", "opened"]
    actions = ["reset"]

    @admin.display(description=_("Campaigns"))
    def opened(self, user: User) -> str:
        return ", ".join(Campaign.objects.of(user).values_list("name", flat=True)) or "–"

    @admin.display(description=_("Second factor"), boolean=True)
    def has_factor(self, user: User) -> bool:
        return bool(getattr(user, "enrolled", False))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        apps = AuthenticatorApp.objects.filter(user=OuterRef("pk"), confirmed=True)
        return User.objects.annotate(enrolled=Exists(apps))

    def has_reset_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "customers.reset")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and not is_factor_fresh(request, now=timezone.now()):
            return ask_again(request)
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Reset the second factor (lost telephone)"), permissions=["reset"])
    def reset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            try:
                reset_factor(user=user, by=operator(request.user), now=timezone.now())
            except NoFactor:
                messages.warning(request, gettext("%(who)s has no second factor.") % {"who": user.email})
            except BelongsToConsole:
                messages.error(
                    request, gettext("%(who)s is an operator: see the page of operators.") % {"who": user.email}
                )
            else:
                messages.success(
                    request, gettext("%(who)s signs in with the password alone; a mail says so.") % {"who": user.email}
                )


console.register(User, UserAdmin)
