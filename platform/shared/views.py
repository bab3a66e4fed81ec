from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: most often a page left open for long, or cookies turned off."""
    return render(request, "shared/csrf_failure.html", status=403)
