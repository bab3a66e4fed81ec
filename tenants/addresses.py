"""Who is told that a tenant's address has changed: whatever keeps links, or pages with links in them."""

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def on_address_changed(listener: Callable[[], None]) -> None:
    """`listener()` runs in the tenant's context, after the change, and may run again. Call it in AppConfig.ready()."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce_address_changed() -> None:
    for listener in _listeners:
        listener()
