from operator import itemgetter
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
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import JobUnderWay, retry_campaign_job
from controlplane.jobs.shown import job_shown
from controlplane.permissions import may


class KindFilter(admin.SimpleListFilter):
    """By the words for a job, not by its code; a kind that nothing was asked of is not offered."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        kinds = CampaignJob.objects.order_by().values_list("kind", flat=True).distinct()
        return sorted(((kind, CampaignJob(kind=kind).label) for kind in kinds), key=itemgetter(1))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class CampaignJobAdmin(OperatorsRead):
    change_form_template = "campaign_jobs/console_job.html"
    empty_words = _("No job yet. Exports, moves, changes of address and endings of campaigns stand here.")
    list_display = ["label", "campaign", "cell", "state_shown", "asked_at", "finished_at", "attempts"]
    list_filter = ["state", KindFilter, "cell"]
    list_select_related = ["campaign"]
    search_fields = ["uuid", "campaign__name", "campaign__slug", "campaign__uuid"]
    search_help_text = _("Campaign’s name, address or identifier, or the job’s")
    date_hierarchy = "asked_at"
    list_per_page = 50
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["label", "campaign", "cell", "state_shown", "reason", "steps_shown"]}),
        (_("Asked"), {"fields": ["asked_at", "asked_by", "asked_by_id", "parameters"]}),
        (_("Told by the cell"), {"fields": ["attempts", "retry", "news_at", "finished_at", "result", "uuid"]}),
    ]
    readonly_fields = ["label", "state_shown", "steps_shown", "reason"]

    @admin.display(description=_("Job"), ordering="kind")
    def label(self, job: CampaignJob) -> str:
        return job.label

    @admin.display(description=_("State"), ordering="state")
    def state_shown(self, job: CampaignJob) -> SafeString:
        return render_to_string("campaign_jobs/state.html", {"job": job})

    @admin.display(description=_("Steps"))
    def steps_shown(self, job: CampaignJob) -> SafeString:
        context = {"opening": job_shown(job, now=timezone.now())}
        return render_to_string("controlplane/console/steps.html", context)

    @admin.display(description=_("Reason"))
    def reason(self, job: CampaignJob) -> str:
        return job_shown(job, now=timezone.now()).reason or job.error or "–"

    def get_urls(self) -> list[Any]:
        retry = path("<int:pk>/reprendre/", console.admin_view(self.retry), name="campaign_jobs_campaignjob_retry")
        return [retry, *super().get_urls()]

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not may(request.user, "jobs.retry"):
            raise PermissionDenied
        job = get_object_or_404(CampaignJob, pk=pk)
        try:
            retry_campaign_job(job=job, by=operator(request.user), now=timezone.now())
        except JobUnderWay:
            messages.warning(request, _("Something else is under way for this campaign. Try again when it is over."))
        return redirect(reverse("admin:campaign_jobs_campaignjob_change", args=[pk]))


console.register(CampaignJob, CampaignJobAdmin)
