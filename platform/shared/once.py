"""What many parts of one page ask for is looked up once."""

from collections.abc import Callable
from typing import TypeVar, cast

from shared.routes import current_request

Found = TypeVar("Found")


def once(key: str, look_up: Callable[[], Found]) -> Found:
    """Within a request, what the first look found; outside of one, each time anew."""
    request = current_request.get()
    if request is None:
        return look_up()
    kept = request.__dict__.setdefault("looked_up", {})
    if key not in kept:
        kept[key] = look_up()
    return cast(Found, kept[key])
