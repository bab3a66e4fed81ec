"""The host of public files (MEDIA_HOST)."""

from django.urls import path

from tenants import views

urlpatterns = [path("<uuid:uuid>/<path:name>", views.public_media, name="public_media")]
