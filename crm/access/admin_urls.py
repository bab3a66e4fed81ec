"""The access log in the office, below /bureau/reglages/."""

from django.urls import path

from crm.access import views

app_name = "access"
urlpatterns = [
    path("reglages/acces/journal/", views.log, name="log"),
    path("reglages/acces/journal.csv", views.log_file, name="log_file"),
]
