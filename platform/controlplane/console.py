"""The operators' console: Django's admin with a front page of our own. Facts only, and nothing about supporters."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from controlplane.decisions import decisions
from controlplane.models import Campaign
from controlplane.permissions import is_let_in, is_staff
from controlplane.queries import cells_with_load
from shared.client import client_address
from shared.ratelimit import Limit, too_many_requests
from tenants.enums import TenantState

SIGN_IN = Limit("console-sign-in", times=10, seconds=600)


class Console(AdminSite):
    site_header = _("Console")
    site_title = _("Isoloir console")
    index_title = _("Overview")
    index_template = "controlplane/console/index.html"
    login_template = "controlplane/console/login.html"
    enable_nav_sidebar = False
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Password and second factor: no page of the console asks for less."""
        return is_let_in(request.user)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**overview(), **(extra_context or {})})

    def app_index(  # type: ignore[override]
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Our apps are no places that an operator would name: the overview leads everywhere."""
        return redirect("admin:index")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and not SIGN_IN.allows(client_address(request)):
            return too_many_requests(request, SIGN_IN)
        if request.method == "GET" and is_staff(request.user) and not is_let_in(request.user):
            wished = {"next": request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))}
            return redirect(f"{reverse('operators:second_factor')}?{urlencode(wished)}")
        return super().login(request, extra_context)


def overview() -> dict[str, Any]:
    now = timezone.now()
    by_state = Campaign.objects.order_by().values_list("state").annotate(number=Count("pk"))
    counts = [(TenantState(state).label, state, number) for state, number in by_state]
    standing = Campaign.objects.standing().select_related("cell", "region")
    return {
        "counts": sorted(counts, key=lambda count: -count[2]),
        "campaign_total": standing.count(),
        "contact_total": standing.aggregate(total=Sum("contacts"))["total"] or 0,
        "decisions": decisions(now=now),
        "recent_campaigns": standing.order_by("-created_at")[:8],
        "cells": cells_with_load(),
        "read_at": now,
    }


console = Console(name="admin")
