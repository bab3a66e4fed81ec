"""The platform site and the operators' console (schema public)."""

from django.urls import include, path

urlpatterns = [
    path("", include("controlplane.urls")),
]
