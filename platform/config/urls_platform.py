"""The platform site and the operators' console (schema public)."""

from django.urls import include, path

handler404 = "controlplane.views.site.not_found"
urlpatterns = [
    path("", include("controlplane.urls")),
]
