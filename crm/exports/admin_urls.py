"""Exports in the office: of people beside them, of the whole campaign among the settings."""

from django.urls import path

from crm.exports.views import asking, reports, whole

app_name = "exports"
PEOPLE, WHOLE = "personnes/exports/", "reglages/export/tout/"
urlpatterns = [
    path(PEOPLE, reports.index, name="list"),
    path(f"{PEOPLE}nouveau/", asking.new, name="new"),
    path(f"{PEOPLE}<uuid:uuid>/", reports.report, name="report"),
    path(f"{PEOPLE}<uuid:uuid>/fichier/", reports.fetch, name="fetch"),
    path(f"{PEOPLE}<uuid:uuid>/suppression/", reports.delete, name="delete"),
    path(WHOLE, whole.whole, name="whole"),
    path(f"{WHOLE}avancement/", whole.whole_progress, name="whole_progress"),
    path(f"{WHOLE}<uuid:uuid>/", whole.whole_fetch, name="whole_fetch"),
]
