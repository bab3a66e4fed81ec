"""Pages that fail with somebody's data in their hands."""

import logging

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tenants.users.models import User

logger = logging.getLogger("crm.people")


def fail(request: HttpRequest, name: str) -> HttpResponse:
    secret = request.POST.get("note", "")
    raise ValueError(f"{name} thinks {secret}")


def refuse_twice(request: HttpRequest, name: str) -> HttpResponse:
    """PostgreSQL quotes the row in its message."""
    for _ in range(2):
        User.objects.create(email=request.POST["email"].lower(), first_name=name)
    return HttpResponse()


def log(request: HttpRequest, name: str) -> HttpResponse:
    logger.error("Person %s cannot be told apart", name)
    return HttpResponse()


urlpatterns = [
    path("echouer/<str:name>/", fail, name="fail"),
    path("doubler/<str:name>/", refuse_twice),
    path("noter/<str:name>/", log),
]
