"""Files of people in the office, below /bureau/personnes/."""

from django.urls import path

from crm.files import views

app_name = "files"
urlpatterns = [
    path("<uuid:uuid>/fichiers/", views.add, name="add"),
    path("<uuid:uuid>/fichiers/<uuid:file>/", views.show, name="show"),
    path("<uuid:uuid>/fichiers/<uuid:file>/suppression/", views.delete, name="delete"),
]
