from django.urls import path

from messaging.email.views import domain

app_name = "sending"
urlpatterns = [
    path("domaine/", domain.domain, name="domain"),
    path("domaine/verifications/", domain.check, name="check"),
    path("domaine/cles/", domain.rotate, name="rotate"),
    path("domaine/retrait/", domain.forget, name="forget"),
]
