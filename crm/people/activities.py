"""The activity stream: the only listener registry of the project, filled in AppConfig.ready(), run after commit."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ActivityEvent:
    person_id: int
    kind: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """How timelines tell an activity. `group` is the filter it is under, a key of GROUPS."""

    key: str
    label: str | Promise
    icon: str
    group: str
    own: bool  # she did it herself: what counts for the time since her last sign of life
    recorded: bool = True  # as a row of the stream; the others are told from elsewhere


Handler = Callable[[ActivityEvent], None]
_handlers: dict[str, list[Handler]] = {}
_kinds: dict[str, Kind] = {}
GROUPS: dict[str, str | Promise] = {
    "people": _("Profile"),
    "changes": _("Changes"),
    "tags": _("Tags"),
    "consents": _("Agreements"),
    "relations": _("Relations"),
    "messages": _("Messages"),
    "site": _("Site"),
    "notes": _("Notes and files"),
}


def on_activity(kind: str, handler: Handler) -> None:
    """`handler` runs after the commit of each activity of this kind, in the same tenant; "*" is every kind."""
    handlers = _handlers.setdefault(kind, [])
    if handler not in handlers:
        handlers.append(handler)


def register_kind(
    key: str, label: str | Promise, icon: str, group: str = "people", *, own: bool = True, recorded: bool = True
) -> None:
    _kinds[key] = Kind(key, label, icon, group, own, recorded)


def kind_of(key: str) -> Kind:
    return _kinds.get(key) or Kind(key, key.replace("_", " "), "iso-history", "people", own=True)


def known_kinds() -> list[Kind]:
    """Those of which the stream has rows."""
    return [kind for kind in _kinds.values() if kind.recorded]


def is_her_own(key: str) -> bool:
    return kind_of(key).own


def kinds_in(group: str) -> list[str]:
    return [kind.key for kind in _kinds.values() if kind.group == group]


def announce(event: ActivityEvent) -> None:
    """Tell the listeners once the act is certain. One that fails neither undoes the act nor silences the others."""
    for handler in [*_handlers.get(event.kind, ()), *_handlers.get("*", ())]:
        transaction.on_commit(partial(_run, handler, event))


def _run(handler: Handler, event: ActivityEvent) -> None:
    try:
        handler(event)
    except Exception:
        logger.exception("activity_handler_failed", extra={"kind": event.kind, "person_id": event.person_id})
