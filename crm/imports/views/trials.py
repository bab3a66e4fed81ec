"""The whole file tried, and nothing written."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.imports.differences import shown_differences
from crm.imports.models import Import
from crm.imports.trying import OriginMissing, ask_trial, is_trying, trial_percent
from crm.imports.views.access import of_a_draft
from crm.imports.views.wizard import crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("imports.run")
@require_http_methods(["GET", "POST"])
@never_cache
@of_a_draft
def dry_run(request: TenantRequest, run: Import) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        try:
            ask_trial(import_id=run.pk, now=now)
        except OriginMissing:
            return redirect("imports:origin", run.pk)
        return redirect("imports:trial", run.pk)
    breadcrumbs = [
        *crumbs(run.name)[:-1],
        (reverse("imports:check", args=[run.pk]), run.name),
        ("", _("Dry run")),
    ]
    context = {
        "breadcrumbs": breadcrumbs,
        "run": run,
        "trial": run.trial,
        "is_trying": is_trying(run, now),
        "percent": trial_percent(run),
        "differences": shown_differences(run.trial.get("columns", {})),
        "step": 4,
    }
    return render(request, "imports/trial.html", context)
