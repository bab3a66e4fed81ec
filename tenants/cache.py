"""Keys of every cache carry the schema. The check refuses to start with a cache that would mix tenants."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection


def make_key(key: str, key_prefix: str, version: int) -> str:
    return f"{connection.schema_name}:{key_prefix}:{version}:{key}"


def reverse_key(key: str) -> str:
    return key.split(":", 3)[3]


def check_caches(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The cache {alias!r} has no KEY_FUNCTION: it would hand one tenant what belongs to another.",
            id="tenants.E001",
        )
        for alias, options in settings.CACHES.items()
        if options.get("KEY_FUNCTION") != "tenants.cache.make_key"
    ]
