"""What operators see and may change: campaigns are read, regions and cells are declared, customers are found."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from billing.plans import PLANS
from billing.queries import NEAR_PERCENT
from controlplane.console import console
from controlplane.enums import AlarmKind
from controlplane.models import Campaign, Cell, OperatorAlarm, Region
from controlplane.permissions import is_let_in, may
from controlplane.queries import health_by_hour
from controlplane.services.alarms import clear_alarm, mark_alarm_seen
from shared.money import thousands
from tenants.letters.models import DeadLetter


class OperatorsRead(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every operator reads; nobody adds or deletes by hand, and changes are for those who hold `change_permission`."""

    change_permission = ""
    change_form_template = "controlplane/console/change.html"
    list_name: Any = ""  # what the list is called when its model's plural is not the word for it
    add_title: Any = ""
    empty_words: Any = _("Nothing stands here yet.")

    @property
    def list_title(self) -> str:
        return str(self.list_name) or capfirst(str(self.opts.verbose_name_plural))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": self.list_title, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        original = kwargs.get("obj") or context.get("original")
        context |= {
            "title": str(original) if original else str(self.add_title),
            "subtitle": "",
            "list_title": self.list_title,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.change_permission) and may(request.user, self.change_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @staticmethod
    def _is_operator(request: HttpRequest) -> bool:
        return is_let_in(request.user)


class PlanFilter(admin.SimpleListFilter):
    title = _("tier")
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(plan.code, thousands(plan.contacts)) for plan in PLANS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(plan_code=self.value()) if self.value() else queryset


class UsageFilter(admin.SimpleListFilter):
    title = _("usage")
    parameter_name = "usage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("near", _("from %(percent)s %% of the tier") % {"percent": NEAR_PERCENT})]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.near_limit() if self.value() == "near" else queryset


class VersionFilter(admin.SimpleListFilter):
    """Of the schema. A version that is nobody's any more is not offered."""

    title = _("version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = Campaign.objects.standing().order_by("schema_version").values_list("schema_version", flat=True)
        versions = [(version or "-", version or _("not told yet")) for version in found.distinct()]
        return [*versions, ("failed", _("upgrade failed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "failed":
            return queryset.exclude(migration_error="")
        return queryset.filter(schema_version=(self.value() or "").strip("-")) if self.value() else queryset


class CampaignAdmin(OperatorsRead):
    empty_words = _("No campaign yet. The first one comes from the sign-up page.")
    list_display = [
        "named",
        "state_shown",
        "region",
        "cell",
        "plan_shown",
        "contacts_shown",
        "version_shown",
        "last_activity_at",
    ]
    list_filter = ["state", "opening", "region", "cell", PlanFilter, UsageFilter, VersionFilter]
    search_fields = ["name", "slug", "uuid"]
    search_help_text = _("Name, address or identifier")
    list_select_related = ["region", "cell"]
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "created_at"

    @admin.display(description=_("Campaign"), ordering="name")
    def named(self, campaign: Campaign) -> SafeString:
        return render_to_string("controlplane/console/name.html", {"campaign": campaign})

    @admin.display(description=_("State"), ordering="state")
    def state_shown(self, campaign: Campaign) -> SafeString:
        return render_to_string("controlplane/state.html", {"campaign": campaign})

    @admin.display(description=_("Tier"))
    def plan_shown(self, campaign: Campaign) -> str:
        return campaign.plan.label

    @admin.display(description=_("Version"), ordering="schema_version")
    def version_shown(self, campaign: Campaign) -> SafeString:
        return format_html("<code>{}</code>", campaign.schema_version[:8] or "–")

    @admin.display(description=_("Contacts"), ordering="contacts")
    def contacts_shown(self, campaign: Campaign) -> SafeString:
        return render_to_string("controlplane/console/contacts.html", {"campaign": campaign, "usage": campaign.usage})


class RegionAdmin(OperatorsRead):
    change_permission = "regions.edit"
    list_display = ["code", "label", "is_open", "provider", "places"]
    fields = ["code", "country", "in_eea", "is_open", "provider", "provider_law", "places", "labels"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code", "country", "in_eea"]


class CellAdmin(OperatorsRead):
    change_permission = "cells.edit"
    list_display = ["name", "region", "state", "campaign_count", "soft_capacity", "hard_capacity", "heard"]
    list_select_related = ["region"]
    fieldsets = [
        (None, {"fields": ["name", "region", "state", "soft_capacity", "hard_capacity"]}),
        (_("Health"), {"fields": ["directory_at", "health_shown"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name", "region", "directory_at", "health_shown"]

    @admin.display(description=_("Last news"), ordering="heard_at")
    def heard(self, cell: Cell) -> SafeString:
        silent = cell.is_silent(now=timezone.now())
        return render_to_string("controlplane/console/heard.html", {"cell": cell, "silent": silent})

    @admin.display(description=_("Told by the cell"))
    def health_shown(self, cell: Cell) -> SafeString:
        context = {"last": cell.health.first(), "hours": health_by_hour(cell)}
        return render_to_string("controlplane/console/health.html", context)

    @admin.display(description=_("Campaigns"))
    def campaign_count(self, cell: Cell) -> str:
        return thousands(Campaign.objects.standing().filter(cell=cell).count())


class DeadLetterAdmin(OperatorsRead):
    """What a cell told and nobody here could receive. It is tried again by itself; `manage.py dead_letters` does so at once."""

    empty_words = _("None. What could not be received would stand here until it is.")
    list_display = ["name", "version", "sender", "reason", "tries", "kept_at", "next_try_at"]
    list_filter = ["name", "sender"]
    fields = ["name", "version", "sender", "reason", "tries", "kept_at", "next_try_at", "body"]


class StandingFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "over"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("over")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("standing")}, *others]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(cleared_at__isnull=self.value() != "yes")


class AlarmAdmin(OperatorsRead):
    empty_words = _("No alarm. What operators must know of stands here until it is over.")
    list_display = ["message", "kind_shown", "cell", "raised_at", "state_shown"]
    list_filter = [StandingFilter, "cell"]
    list_select_related = ["cell"]
    fields = ["message", "kind_shown", "cell", "state_shown", "raised_at", "seen_at", "cleared_at", "facts"]
    readonly_fields = ["message", "kind_shown", "state_shown"]
    actions = ["take", "close"]
    show_full_result_count = False

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "alarms.handle")

    @admin.display(description=_("What"))
    def message(self, alarm: OperatorAlarm) -> str:
        return alarm.message

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_shown(self, alarm: OperatorAlarm) -> str:
        return alarm.kind_label

    @admin.display(description=_("State"), ordering="cleared_at")
    def state_shown(self, alarm: OperatorAlarm) -> SafeString:
        return render_to_string("controlplane/console/alarm_state.html", {"alarm": alarm})

    @admin.action(description=_("I take care of it"), permissions=["handle"])
    def take(self, request: HttpRequest, queryset: Any) -> None:
        for alarm in queryset:
            mark_alarm_seen(alarm=alarm, now=timezone.now())

    @admin.action(description=_("It is over"), permissions=["handle"])
    def close(self, request: HttpRequest, queryset: Any) -> None:
        for alarm in queryset:
            clear_alarm(kind=AlarmKind(alarm.kind), cell=alarm.cell, subject=alarm.subject, now=timezone.now())


console.register(Campaign, CampaignAdmin)
console.register(Region, RegionAdmin)
console.register(Cell, CellAdmin)
console.register(DeadLetter, DeadLetterAdmin)
console.register(OperatorAlarm, AlarmAdmin)
