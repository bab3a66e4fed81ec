"""Exports in the office, below /bureau/personnes/exports/."""

from django.urls import path

from crm.exports.views import asking, reports, whole

app_name = "exports"
urlpatterns = [
    path("", reports.index, name="list"),
    path("nouveau/", asking.new, name="new"),
    path("confirmation/", asking.confirm_password, name="confirm"),
    path("tout/", whole.whole, name="whole"),
    path("tout/avancement/", whole.whole_progress, name="whole_progress"),
    path("tout/<uuid:uuid>/", whole.whole_fetch, name="whole_fetch"),
    path("<uuid:uuid>/", reports.report, name="report"),
    path("<uuid:uuid>/fichier/", reports.fetch, name="fetch"),
    path("<uuid:uuid>/suppression/", reports.delete, name="delete"),
]
