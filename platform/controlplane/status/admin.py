"""Operators tell customers what they notice, in both languages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from controlplane.admin import OperatorsRead
from controlplane.console import console
from controlplane.permissions import may
from controlplane.status.models import Incident, IncidentUpdate

# One field with a label of its own, and the browser's calendar in it.
MOMENT = {
    "form_class": forms.DateTimeField,
    "widget": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
}


class UpdateInline(admin.StackedInline):  # type: ignore[type-arg]
    model = IncidentUpdate
    verbose_name = _("update")
    verbose_name_plural = _("What is known")
    extra = 1
    formfield_overrides = {models.DateTimeField: MOMENT}
    fields = ["at", "state", "text_fr", "text_en"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "console.view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "incidents.edit")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "incidents.edit")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what customers have read stays


class IncidentAdmin(OperatorsRead):
    change_permission = "incidents.edit"
    add_title = _("Tell of an incident")
    empty_words = _("No incident was told. What customers notice stands here, and on the page of the service’s state.")
    formfield_overrides = {
        models.DateTimeField: MOMENT,
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }
    inlines = [UpdateInline]
    list_display = ["title_fr", "impact", "began_at", "ended_at"]
    list_filter = ["impact"]
    fields = ["title_fr", "title_en", "impact", "cells", "began_at", "ended_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "incidents.edit")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Public and dated: it is its own log."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The same."""


console.register(Incident, IncidentAdmin)
