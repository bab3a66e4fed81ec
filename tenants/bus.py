"""The bus between the control plane and its cells: small frozen messages over Celery, safe to deliver twice or late.

Downwards on the queue `cell.<name>`, upwards on `control`. Where the other side has a broker of its own, the message waits
in ours until the carrier takes it (tenants.carrying). Nothing personal is in a message. `tenants` knows neither side's
rooms: whoever wants a message registers a receiver in its AppConfig.ready().
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar, get_origin, get_type_hints
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.dateparse import parse_datetime

from tenants.tasks import deliver_task

VERSION = 1
TO = "isoloir_to"  # header of a message that waits for the carrier: the queue it is meant for
Message = TypeVar("Message")


class UnknownMessage(Exception):
    """The message is of a kind or a version that this process does not know."""


@dataclass(frozen=True, slots=True)
class ProvisionRequest:
    uuid: UUID
    slug: str
    name: str
    kind: str
    region: str
    cell: str
    language: str
    plan_name: str
    contact_limit: int | None


@dataclass(frozen=True, slots=True)
class LimitsChanged:
    uuid: UUID
    plan_name: str
    contact_limit: int | None
    sequence: int  # grows with each change: an older message that comes late changes nothing


@dataclass(frozen=True, slots=True)
class StateChanged:
    uuid: UUID
    state: str  # TenantState: active or suspended


@dataclass(frozen=True, slots=True)
class ProvisioningProgress:
    """Every step with its state (waiting, running, done, failed) and its seconds: the last message tells it all."""

    uuid: UUID
    steps: tuple[dict[str, Any], ...]
    finished: bool
    sequence: int


@dataclass(frozen=True, slots=True)
class JobRequest:
    """Start a job, or (`retry` above the last one) have a failed one go on. Parameters are small and nothing personal."""

    uuid: UUID
    kind: str
    tenant_uuid: UUID
    parameters: dict[str, Any]
    retry: int = 0


@dataclass(frozen=True, slots=True)
class JobProgress:
    """All that is known of a job: the last message tells everything, and an older one nothing."""

    uuid: UUID
    kind: str
    tenant_uuid: UUID
    state: str  # JobState: waiting, running, failed, done
    error: str
    steps: tuple[dict[str, Any], ...]
    attempts: int
    done: int
    total: int
    result: dict[str, Any]
    sequence: int


@dataclass(frozen=True, slots=True)
class UsageReport:
    uuid: UUID
    contacts: int
    last_activity_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ResidencyReport:
    """What a cell found when it checked its own stores and providers. Keyed by the proof: a second one changes nothing."""

    uuid: UUID
    cell: str
    region: str
    has_passed: bool
    checks: tuple[dict[str, Any], ...]  # tenants.residency.checks.Check
    at: datetime


DOWNWARDS: dict[str, type[Any]] = {  # for a cell
    "provision": ProvisionRequest,
    "limits_changed": LimitsChanged,
    "state_changed": StateChanged,
    "job_requested": JobRequest,
}
UPWARDS: dict[str, type[Any]] = {  # for the control plane
    "provisioning_progressed": ProvisioningProgress,
    "usage_reported": UsageReport,
    "job_progressed": JobProgress,
    "residency_reported": ResidencyReport,
}
MESSAGES = DOWNWARDS | UPWARDS
_names = {kind: name for name, kind in MESSAGES.items()}
_receivers: dict[str, Callable[[Any], None]] = {}
_sender: ContextVar[str] = ContextVar("sender")


def receive(name: str, receiver: Callable[[Any], None]) -> None:
    """Register who handles messages of this name (one of MESSAGES) in this process."""
    _receivers[name] = receiver


def send_to_cell(cell: str, message: object) -> None:
    _send(f"cell.{cell}", message)


def send_to_control(message: object) -> None:
    _send(settings.CONTROL_QUEUE, message)


def _send(queue: str, message: object) -> None:
    name = _names[type(message)]
    body = {key: _plain(value) for key, value in asdict(message).items()}  # type: ignore[call-overload]
    own = queue in settings.OWN_QUEUES
    deliver_task.apply_async(
        kwargs={
            "name": name,
            "version": VERSION,
            "body": body,
            "sender": "control" if settings.ROLE == "control" else settings.CELL,
        },
        queue=queue if own else settings.OUTGOING_QUEUE,
        headers={} if own else {TO: queue},
    )


def deliver(*, name: str, version: int, body: dict[str, Any], sender: str) -> None:
    """Hand a message to its receiver; raises UnknownMessage."""
    known = {"all": MESSAGES, "control": UPWARDS, "cell": DOWNWARDS}[settings.ROLE]
    if version != VERSION or name not in known or name not in _receivers:
        raise UnknownMessage(f"{name} {version}")
    token = _sender.set(sender)
    try:
        _receivers[name](_typed(MESSAGES[name], body))
    finally:
        _sender.reset(token)


def sending_cell() -> str:
    """The cell whose message is being received; its broker's credential vouches for it."""
    return _sender.get()


def _plain(value: Any) -> Any:
    return DjangoJSONEncoder().default(value) if isinstance(value, UUID | datetime) else value


def _typed(kind: type[Message], body: dict[str, Any]) -> Message:
    """The body as the message's own types: JSON has no UUID, no time and no tuple."""
    hints = get_type_hints(kind)
    return kind(**{key: _as(hints[key], value) for key, value in body.items()})


def _as(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if hint is UUID:
        return UUID(value)
    if hint in (datetime, datetime | None):
        return parse_datetime(value)
    return tuple(value) if get_origin(hint) is tuple else value
