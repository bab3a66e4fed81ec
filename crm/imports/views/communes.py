"""Postcodes of several communes, asked between the columns and the origin."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.imports import communes
from crm.imports.forms import CommunesForm
from crm.imports.models import Import
from crm.imports.views.access import of_a_draft
from crm.imports.views.wizard import crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("imports.run")
@require_http_methods(["GET", "POST"])
@of_a_draft
def choose_communes(request: TenantRequest, run: Import) -> HttpResponse:
    questions = communes.questions_of(run)
    if not questions:
        return redirect("imports:origin", run.pk)
    form = CommunesForm(run, questions, request.POST or None)
    if request.method == "POST" and form.is_valid():
        communes.choose_communes(import_id=run.pk, answers=form.answers(), now=timezone.now())
        return redirect("imports:origin", run.pk)
    context = {
        "breadcrumbs": crumbs(run.name),
        "run": run,
        "form": form,
        "rows": [{"question": question, "field": form[question.postcode]} for question in questions],
        "step": 2,
    }
    return render(request, "imports/communes.html", context, status=422 if form.errors else 200)
