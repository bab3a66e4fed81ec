from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.exports.queries import whom_of
from crm.exports.services import EXPORT
from crm.people.selecting import filters_asked, selection_of
from crm.people.views.loading import crumbs
from crm.runs.models import Run
from crm.runs.views import run_or_404
from crm.segments.models import Segment
from shared.numbers import number
from tenants.http import TenantRequest


def export_or_404(uuid: UUID) -> Run:
    return run_or_404(uuid, EXPORT)


def whom_from(request: TenantRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Whom the address asks for: a segment, ticked people, or the list as it is filtered; and what the log keeps of it."""
    selection = selection_of(request.GET, user=request.user)
    asked = QueryDict(selection.query)
    if segment := asked.get("segment"):
        found = get_object_or_404(Segment, pk=number(segment))
        if not selection.ids and set(asked) <= {"segment", "sort"}:
            return whom_of(found)
    if selection.ids:
        return selection.to_json(), {"ticked": len(selection.ids)}
    return selection.to_json(), {"filters": filters_asked(selection.query)}


def export_crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    return crumbs((reverse("exports:list"), _("Exports")), *more)
