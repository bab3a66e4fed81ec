"""The view that is measured: one query, a few words."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tenants.users.models import User


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(User.objects.values_list("email", flat=True).get(pk=1), content_type="text/plain")


urlpatterns = [path("", view)]
