from typing import Any

from django.conf import settings
from django.http import HttpRequest


def surface(request: HttpRequest) -> dict[str, Any]:
    """What every template may need: the tenant (None on the platform) and the platform's address."""
    port = f":{settings.PLATFORM_PORT}" if settings.PLATFORM_PORT else ""
    return {
        "tenant": getattr(request, "tenant", None),
        "platform_url": f"{settings.PLATFORM_SCHEME}://{settings.PLATFORM_HOST}{port}",
        "platform_host": settings.PLATFORM_HOST,
    }
