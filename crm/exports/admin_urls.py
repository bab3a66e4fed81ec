"""Exports in the office, below /bureau/personnes/exports/."""

from django.urls import path

from crm.exports.views import asking, reports

app_name = "exports"
urlpatterns = [
    path("", reports.index, name="list"),
    path("nouveau/", asking.new, name="new"),
    path("confirmation/", asking.confirm_password, name="confirm"),
    path("<uuid:uuid>/", reports.report, name="report"),
    path("<uuid:uuid>/fichier/", reports.fetch, name="fetch"),
    path("<uuid:uuid>/suppression/", reports.delete, name="delete"),
]
