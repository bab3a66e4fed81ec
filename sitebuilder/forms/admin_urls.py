"""Confirmations in the office, below /bureau/personnes/."""

from django.urls import path

from sitebuilder.forms.views import refusals

app_name = "siteforms"
urlpatterns = [
    path("<uuid:uuid>/confirmations/", refusals.allow, name="allow_confirmations"),
]
