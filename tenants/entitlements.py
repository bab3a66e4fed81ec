"""What a tenant may do. The product asks here and never billing: a self-hosted copy has no limit."""

from collections.abc import Callable

from django.db import transaction

from tenants.context import require_tenant

_counters: list[Callable[[], int]] = []
_listeners: list[Callable[[], None]] = []


def register_contact_counter(counter: Callable[[], int]) -> None:
    """The app that owns people says how many count for the plan: those who are not erased."""
    _counters[:] = [counter]


def contact_count() -> int:
    return _counters[0]() if _counters else 0


def contact_limit() -> int | None:
    """How many contacts the plan allows; None: as many as one likes."""
    return require_tenant().contact_limit


def contacts_left() -> int | None:
    """How many more an import may bring. Sign-ups are never refused, so this can be below zero."""
    limit = contact_limit()
    return None if limit is None else limit - contact_count()


def on_contacts_changed(listener: Callable[[], None]) -> None:
    """Be told, after the commit and in the tenant, that its contacts have changed in number."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce_contacts_changed() -> None:
    """Call in the transaction that adds or erases many contacts at once; single ones come by the activity stream."""
    for listener in _listeners:
        transaction.on_commit(listener)
