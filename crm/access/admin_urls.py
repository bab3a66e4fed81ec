"""The access log in the office, below /bureau/."""

from django.urls import path

from crm.access import views

app_name = "access"
urlpatterns = [
    path("journal-des-acces/", views.log, name="log"),
    path("journal-des-acces.csv", views.log_file, name="log_file"),
]
