from django.urls import path

from controlplane.status import views

urlpatterns = [  # below etat/, in the platform's own namespace
    path("", views.status, name="status"),
    path("etat.json", views.status_json, name="status_json"),
    path("flux.xml", views.status_feed, name="status_feed"),
]
