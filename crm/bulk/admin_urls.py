"""Bulk actions in the office, below /bureau/personnes/actions/."""

from django.urls import path

from crm.bulk import views

app_name = "bulk"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("recentes/", views.index, name="list"),
    path("<uuid:uuid>/", views.report, name="report"),
    path("<uuid:uuid>/annulation/", views.undo, name="undo"),
]
