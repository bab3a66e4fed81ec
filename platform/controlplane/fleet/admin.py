from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from controlplane.admin import OperatorsRead
from controlplane.audit.actors import operator
from controlplane.console import console
from controlplane.fleet.forms import CanaryForm
from controlplane.fleet.models import FleetRun
from controlplane.fleet.queries import canaries, failed_migrations, versions_by_cell
from controlplane.fleet.services import name_canary, retry_migration
from controlplane.models import Campaign
from controlplane.permissions import may


class FleetRunAdmin(OperatorsRead):
    """Which version the campaigns are at, the upgrades of each cell, and who is left behind."""

    change_list_template = "fleet/fleet.html"
    empty_words = _("No upgrade yet. Each run of `migrate_fleet` in a cell stands here, with its progress.")
    list_display = ["started_at", "cell", "version", "state_shown", "progress_shown", "failed", "finished_at"]
    list_filter = ["cell", "state"]
    list_per_page = 50
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["cell", "version", "state_shown", "progress_shown", "failed", "rate", "left_shown"]}),
        (_("Told by the cell"), {"fields": ["started_at", "finished_at", "news_at", "uuid"]}),
    ]
    readonly_fields = ["state_shown", "progress_shown", "left_shown"]

    @admin.display(description=_("State"), ordering="state")
    def state_shown(self, run: FleetRun) -> SafeString:
        return render_to_string("fleet/state.html", {"run": run})

    @admin.display(description=_("Migrated"), ordering="done")
    def progress_shown(self, run: FleetRun) -> SafeString:
        return render_to_string("fleet/progress.html", {"run": run})

    @admin.display(description=_("Time left"))
    def left_shown(self, run: FleetRun) -> str:
        return "–" if run.seconds_left is None else f"{run.seconds_left} s"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        facts = {
            "versions": versions_by_cell(),
            "failures": failed_migrations(),
            "may_retry": may(request.user, "jobs.retry"),
            "canaries": canaries(),
            "may_name": may(request.user, "fleet.canaries"),
            "form": CanaryForm(),
        }
        return super().changelist_view(request, {**facts, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        retry = path("<int:pk>/reprendre/", console.admin_view(self.retry), name="fleet_retry")
        canary = path("temoins/", console.admin_view(self.canary), name="fleet_canary")
        return [retry, canary, *super().get_urls()]

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`pk`: of the campaign."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not may(request.user, "jobs.retry"):
            raise PermissionDenied
        campaign = get_object_or_404(Campaign.objects.select_related("cell"), pk=pk)
        retry_migration(campaign=campaign, by=operator(request.user), now=timezone.now())
        messages.success(request, _("The cell was asked to migrate this campaign again. Its answer comes here."))
        return redirect(reverse("admin:fleet_fleetrun_changelist"))

    def canary(self, request: HttpRequest) -> HttpResponse:
        """Name one, or have one no longer be it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not may(request.user, "fleet.canaries"):
            raise PermissionDenied
        form = CanaryForm(request.POST)
        if form.is_valid():
            chosen = form.cleaned_data
            name_canary(by=operator(request.user), now=timezone.now(), **chosen)
            said = (
                _("“%(name)s” is migrated before all others.")
                if chosen["is_canary"]
                else _("“%(name)s” is a campaign like the others again.")
            )
            messages.success(request, said % {"name": chosen["campaign"].name})
        else:
            messages.error(request, str(form.errors["campaign"][0]))
        return redirect(reverse("admin:fleet_fleetrun_changelist"))


console.register(FleetRun, FleetRunAdmin)
