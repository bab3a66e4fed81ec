"""The operators' pages: moves between cells, backups, and a campaign brought back from one."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.admin import OperatorsRead
from controlplane.archives.agreeing import AlreadyAsked, CannotAsk, ask_agreement
from controlplane.archives.forms import AgreementForm, MoveForm
from controlplane.archives.models import Backup, Move
from controlplane.archives.moving import CannotMove, NeedsAgreement, request_move
from controlplane.archives.queries import cells_to_move_to, regions_to_ask_for, standing_agreement
from controlplane.archives.services import CannotRestore, request_restoration, settle_restoration
from controlplane.audit.actors import operator
from controlplane.console import console
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import JobUnderWay
from controlplane.models import Campaign
from controlplane.operators.access import needs
from tenants.jobs.enums import JobState

UNDER_WAY = gettext_lazy("Something else is under way for this campaign. Try again when it is over.")


NOT_HERE = gettext_lazy(
    "This campaign cannot be brought back: it has to be open or suspended, in the cell where the backup lies."
)


class MoveAdmin(OperatorsRead):
    empty_words = gettext_lazy("No move yet. A campaign’s page begins one.")
    list_display = ["campaign", "source", "target", "stage", "asked_at", "finished_at", "read_only_seconds"]
    list_filter = ["stage", "source", "target"]
    list_select_related = ["campaign", "source", "target"]
    search_fields = ["campaign__name", "campaign__slug", "campaign__uuid", "uuid"]
    search_help_text = gettext_lazy("Campaign’s name, address or identifier")
    fields = [
        "campaign",
        "source",
        "target",
        "stage",
        "error",
        "asked_at",
        "asked_by",
        "finished_at",
        "read_only_seconds",
        "erase_at",
        "uuid",
    ]

    def get_urls(self) -> list[Any]:
        own = [
            path("nouveau/<int:pk>/", new_move, name="campaign_archives_move_new"),
            path("nouveau/<int:pk>/accord/", new_agreement, name="campaign_archives_agreement_new"),
        ]
        return [*own, *super().get_urls()]


class BackupAdmin(OperatorsRead):
    empty_words = gettext_lazy("No backup yet. Each cell makes them in the night.")
    change_form_template = "campaign_archives/console_backup.html"
    list_display = ["campaign", "cell", "asked_at", "finished_at", "rows", "files"]
    list_filter = ["cell"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__name", "campaign__slug", "campaign__uuid"]
    search_help_text = gettext_lazy("Campaign’s name, address or identifier")
    date_hierarchy = "asked_at"
    fields = ["campaign", "cell", "finished_at", "rows", "files", "name"]
    readonly_fields = ["rows", "files", "name"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(kind="backup", state=JobState.DONE)

    @admin.display(description=gettext_lazy("Rows"))
    def rows(self, backup: Backup) -> int:
        return int(backup.result.get("rows", 0))

    @admin.display(description=gettext_lazy("Files"))
    def files(self, backup: Backup) -> int:
        return int(backup.result.get("files", 0))

    @admin.display(description=gettext_lazy("Name"))
    def name(self, backup: Backup) -> str:
        return backup.name

    def get_urls(self) -> list[Any]:
        own = [
            path("<int:pk>/restaurer/", restore, name="campaign_archives_backup_restore"),
            path("restauration/<int:pk>/", settle, name="campaign_archives_backup_settle"),
        ]
        return [*own, *super().get_urls()]


@needs("campaigns.move", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_move(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.select_related("cell", "region"), pk=pk)
    form = MoveForm(request.POST or None, cells=cells_to_move_to(campaign, now=timezone.now()))
    if request.method == "POST" and form.is_valid():
        target = form.cleaned_data["target"]
        try:
            move = request_move(campaign=campaign, target=target, by=operator(request.user), now=timezone.now())
        except (CannotMove, NeedsAgreement):
            messages.error(request, _("This campaign cannot be moved there: it has to be open, and the cell too."))
        except JobUnderWay:
            messages.warning(request, UNDER_WAY)
        else:
            return redirect(reverse("admin:campaign_archives_move_change", args=[move.pk]))
    return _move_page(request, campaign, form, AgreementForm(regions=regions_to_ask_for(campaign)))


@needs("campaigns.move", fresh=True)
@require_POST
def new_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the owner whether her campaign may leave its region."""
    campaign = get_object_or_404(Campaign.objects.select_related("cell", "region"), pk=pk)
    asking = AgreementForm(request.POST, regions=regions_to_ask_for(campaign))
    if not asking.is_valid():
        form = MoveForm(cells=cells_to_move_to(campaign, now=timezone.now()))
        return _move_page(request, campaign, form, asking)
    try:
        ask_agreement(campaign=campaign, by=operator(request.user), now=timezone.now(), **asking.cleaned_data)
    except CannotAsk:
        messages.error(request, _("This campaign cannot be moved there: it has to be open, and the cell too."))
    except AlreadyAsked:
        messages.warning(request, _("The owner has been asked already."))
    else:
        messages.success(request, _("The owner is asked, by mail and in her account."))
    return redirect(reverse("admin:campaign_archives_move_new", args=[pk]))


def _move_page(request: HttpRequest, campaign: Campaign, form: MoveForm, asking: AgreementForm) -> HttpResponse:
    shown = {
        "title": _("Move a campaign"),
        "campaign": campaign,
        "form": form,
        "has_cells": form.fields["target"].queryset.exists(),  # type: ignore[attr-defined]
        "asking": asking,
        "regions": asking.fields["region"].queryset.exists(),  # type: ignore[attr-defined]
        "agreement": standing_agreement(campaign, now=timezone.now()),
    }
    context = {**console.each_context(request), **shown}
    is_wrong = bool(form.errors or asking.errors)
    return render(request, "campaign_archives/console_move.html", context, status=422 if is_wrong else 200)


@needs("campaigns.restore", fresh=True)
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    backup = get_object_or_404(Backup.objects.select_related("campaign"), pk=pk, kind="backup", state=JobState.DONE)
    try:
        job = request_restoration(backup=backup, by=operator(request.user), now=timezone.now())
    except (CannotRestore, JobUnderWay) as error:
        is_elsewhere = isinstance(error, CannotRestore)
        messages.warning(request, NOT_HERE if is_elsewhere else UNDER_WAY)
        return redirect(reverse("admin:campaign_archives_backup_change", args=[pk]))
    return redirect(reverse("admin:campaign_jobs_campaignjob_change", args=[job.pk]))


@needs("campaigns.restore", fresh=True)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a restoration: it is right, or it is taken back."""
    job = get_object_or_404(CampaignJob.objects.select_related("campaign"), pk=pk, kind="restore", state=JobState.DONE)
    answer = request.POST.get("answer")
    if answer not in ("right", "wrong"):
        return HttpResponseBadRequest()
    try:
        job = settle_restoration(job=job, is_right=answer == "right", by=operator(request.user), now=timezone.now())
    except JobUnderWay:
        messages.warning(request, UNDER_WAY)
    return redirect(reverse("admin:campaign_jobs_campaignjob_change", args=[job.pk]))


console.register(Move, MoveAdmin)
console.register(Backup, BackupAdmin)
