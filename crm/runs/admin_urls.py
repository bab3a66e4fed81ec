"""Progress of long work, below /bureau/traitements/."""

from django.urls import path

from crm.runs import views

app_name = "runs"
urlpatterns = [
    path("<uuid:uuid>/avancement/", views.progress, name="progress"),
    path("<uuid:uuid>/arret/", views.stop, name="stop"),
    path("<uuid:uuid>/reprise/", views.resume, name="resume"),
]
