"""Keys of every cache carry the schema. The check refuses to start with a cache that would mix tenants."""

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.core.checks import CheckMessage, Error

from tenants.context import current_schema


def make_key(key: str, key_prefix: str, version: int) -> str:
    return f"{current_schema()}:{key_prefix}:{version}:{key}"


def reverse_key(key: str) -> str:
    return key.split(":", 3)[3]


def check_caches(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The cache {alias!r} has no KEY_FUNCTION: it would hand one tenant what belongs to another.",
            id="tenants.E001",
        )
        for alias, options in cast("Mapping[str, Mapping[str, Any]]", settings.CACHES).items()
        if options.get("KEY_FUNCTION") != "tenants.cache.make_key"
    ]
