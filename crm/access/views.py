"""The access log in the office: for whoever answers for the data."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crm.access.enums import Access
from crm.access.files import as_file
from crm.access.forms import LogForm
from crm.access.queries import accesses, lines_of, members_logged
from crm.access.services import KEPT, log_access
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.confirming import confirmed

PAGE = 100


@needs("access.view")
@require_GET
@never_cache
def log(request: TenantRequest) -> HttpResponse:
    form = _form(request)
    page = Paginator(_found(form), PAGE).get_page(request.GET.get("p"))
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        "breadcrumbs": [(reverse("office:settings"), _("Settings")), ("", _("Access log"))],
        "form": form,
        "page": page,
        "lines": lines_of(page.object_list),
        "query": query.urlencode(),
        "days_kept": KEPT.days,
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "access/log.html", context)


@needs("access.view")
@confirmed
@require_GET
@never_cache
def log_file(request: TenantRequest) -> StreamingHttpResponse:
    """For whoever asks for it: the data protection officer, the CNIL. Taking it is a line of it."""
    entries = _found(_form(request)).filter(at__lte=timezone.now())
    log_access(kind=Access.LOG_TAKEN, by=request.user.pk, now=timezone.now(), count=entries.count())
    return as_file(entries, _("access-log"))


def _form(request: TenantRequest) -> LogForm:
    form = LogForm(request.GET, members=members_logged())
    form.is_valid()
    return form


def _found(form: LogForm) -> Any:
    told = form.cleaned_data
    return accesses(group=told.get("group", ""), by=told.get("by"), days=told.get("days"), now=timezone.now())
