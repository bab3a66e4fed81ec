"""How a campaign's site looks while its database cannot be asked: as this process, or the cache, last knew it."""

from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from sitebuilder.themes.enums import Theme
from sitebuilder.themes.queries import Look, look_of
from tenants.context import current_schema

KEY = "site-look"
SECONDS = 30 * 24 * 3600
_looks: dict[str, Look] = {}


def remember_look(look: Look) -> None:
    schema = current_schema()
    if _looks.get(schema) != look:
        _looks[schema] = look
        cache.set(KEY, (look.theme, look.color), SECONDS)


def last_look() -> Look | None:
    known = _looks.get(current_schema())
    if known is not None:
        return known
    try:
        theme, color = cache.get(KEY) or ("", "")
    except (RedisError, ConnectionInterrupted):  # it may be what failed
        return None
    return look_of(theme, color) if theme in Theme.values else None
