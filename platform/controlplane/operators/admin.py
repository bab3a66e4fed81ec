"""The console's page of operators: who they are, what they may do, and the lost telephone."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from controlplane.admin import OperatorsRead
from controlplane.audit.actors import operator as acting
from controlplane.console import console
from controlplane.enums import OperatorRole
from controlplane.operators.access import ask_again
from controlplane.operators.forms import NewOperatorForm, OperatorForm
from controlplane.operators.models import Operator
from controlplane.operators.services import LastAdministrator, change_operator, make_operator, reset_second_factor
from controlplane.permissions import may
from tenants.factors.models import AuthenticatorApp
from tenants.factors.showing import is_factor_fresh

WORDS = {
    "alarms.handle": _("deal with alarms"),
    "campaigns.close": _("close campaigns"),
    "campaigns.enter": _("enter an office, with its owner’s permission"),
    "campaigns.move": _("move campaigns"),
    "campaigns.restore": _("bring a campaign back from a backup"),
    "campaigns.suspend": _("suspend campaigns and let them go on"),
    "cells.edit": _("change cells"),
    "console.view": _("read the console"),
    "customers.reset": _("reset a customer’s second factor"),
    "fleet.canaries": _("name the canaries of upgrades"),
    "incidents.edit": _("write about incidents"),
    "jobs.retry": _("start jobs again"),
    "operators.edit": _("make operators and change their role"),
    "regions.edit": _("change regions"),
}


class OperatorAdmin(OperatorsRead):
    change_permission = "operators.edit"
    add_title = _("Add an operator")
    list_display = ["name_shown", "email_shown", "role", "enters", "has_factor", "last_seen"]
    list_select_related = ["user"]
    list_filter = ["role"]
    search_fields = ["user__email", "user__first_name", "user__last_name"]
    readonly_fields = ["email_shown", "permissions_shown", "has_factor", "last_seen", "created_at", "may_enrol_until"]
    actions = ["reset"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operator]:
        apps = AuthenticatorApp.objects.filter(user=OuterRef("user"), confirmed=True)
        return Operator.objects.select_related("user").annotate(enrolled=Exists(apps))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "operators.edit")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=OperatorForm if change else NewOperatorForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return ["email", "first_name", "last_name", "language", "role"]
        own = ["role", "is_active"] if may(request.user, "operators.edit") else ["role"]
        return ["email_shown", *own, "permissions_shown", "has_factor", "may_enrol_until", "created_at", "last_seen"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else list(self.readonly_fields)

    def changeform_view(self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Whoever may change something here shows the second factor again first."""
        if may(request.user, "operators.edit") and not is_factor_fresh(request, now=timezone.now()):
            return ask_again(request)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Operator, form: Any, change: bool) -> None:
        if not change:
            made, _created = make_operator(new=form.as_request(), by=acting(request.user), now=timezone.now())
            obj.pk, obj.user, obj.created_at = made.pk, made.user, made.created_at
            return
        try:
            role = OperatorRole(form.cleaned_data["role"])
            change_operator(
                operator=obj,
                role=role,
                is_active=form.cleaned_data["is_active"],
                by=acting(request.user),
                now=timezone.now(),
            )
        except LastAdministrator:
            messages.error(request, gettext("Nothing is changed: one administrator has to stay."))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and not is_factor_fresh(request, now=timezone.now()):
            return ask_again(request)
        return super().changelist_view(request, extra_context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The platform has an audit of its own."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The same."""

    @admin.action(description=_("Reset the second factor (lost telephone)"), permissions=["change"])
    def reset(self, request: HttpRequest, queryset: QuerySet[Operator]) -> None:
        for operator in queryset:
            reset_second_factor(operator=operator, by=acting(request.user), now=timezone.now())
        messages.success(request, gettext("They set up a new second factor at their next entry, within seven days."))

    @admin.display(description=_("Name"), ordering="user__last_name")
    def name_shown(self, operator: Operator) -> str:
        return operator.user.get_full_name()

    @admin.display(description=_("E-mail address"), ordering="user__email")
    def email_shown(self, operator: Operator) -> str:
        return operator.user.email

    @admin.display(description=_("May enter"), boolean=True)
    def enters(self, operator: Operator) -> bool:
        return operator.user.is_staff and operator.user.is_active

    @admin.display(description=_("Second factor"), boolean=True)
    def has_factor(self, operator: Operator) -> bool:
        return bool(getattr(operator, "enrolled", False))

    @admin.display(description=_("Last entry"), ordering="user__last_login")
    def last_seen(self, operator: Operator) -> str:
        last = operator.user.last_login
        return date_format(timezone.localtime(last), "DATETIME_FORMAT") if last else "–"

    @admin.display(description=_("What this role may do"))
    def permissions_shown(self, operator: Operator) -> str:
        return ", ".join(str(WORDS[permission]) for permission in operator.permissions)


console.register(Operator, OperatorAdmin)
