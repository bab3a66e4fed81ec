"""The bus between the control plane and its cells: small frozen messages over Celery, safe to deliver twice or late.

Downwards on the queue `cell.<name>`, upwards on `control`. Where the other side has a broker of its own, the message waits
in ours until the carrier takes it (tenants.carrying). Nothing personal is in a message. `tenants` knows neither side's
rooms: whoever wants a message registers a receiver in its AppConfig.ready().
"""

import logging
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

logger = logging.getLogger(__name__)
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
class ProvisioningProgress:
    """Every step with its state (waiting, running, done, failed) and its seconds: the last message tells it all."""

    uuid: UUID
    steps: tuple[dict[str, Any], ...]
    finished: bool
    sequence: int
    schema_version: str = ""


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
class SupportEnded:
    """The owner takes back the permission `uuid` for the platform's support to enter her office."""

    uuid: UUID
    tenant_uuid: UUID
    at: datetime


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


@dataclass(frozen=True, slots=True)
class CellHealth:
    """How a cell is, each minute. Keyed by cell and time."""

    cell: str
    version: str  # of the tenants' schema
    tenants: int
    tenants_behind: int  # of that version
    queue_depth: int
    dead_letters: int
    disk_free: int
    disk_total: int
    database_size: int
    oldest_alarm_at: datetime | None  # due and not begun
    slowest: tuple[dict[str, Any], ...]  # {query, calls, mean_ms}: no values
    at: datetime
    long_queue_depth: int = 0  # of what takes long; a cell of an older version tells all of it as `queue_depth`


@dataclass(frozen=True, slots=True)
class DomainChecked:
    """A domain of a tenant's own was looked at again. Told while its proof is missing, and once it is back."""

    uuid: UUID
    domain: str
    closes_at: datetime | None  # None: the proof stands
    at: datetime


@dataclass(frozen=True, slots=True)
class Directory:
    """Every tenant of a cell, as the cell knows it. The newest tells all; an older one that comes late nothing."""

    cell: str
    tenants: tuple[dict[str, Any], ...]  # {uuid, state, limits_sequence, schema_version}
    at: datetime


@dataclass(frozen=True, slots=True)
class MigrationProgress:
    """An upgrade of a cell's tenants: where it stands, and who arrived or failed since the message before."""

    uuid: UUID
    version: str
    state: str  # MigrationState
    total: int
    done: int
    failed: int
    rate: float  # tenants a second
    started_at: datetime
    finished_at: datetime | None
    migrated: tuple[str, ...]  # UUIDs
    failures: tuple[dict[str, str], ...]  # uuid, error: names and codes, no data
    at: datetime


@dataclass(frozen=True, slots=True)
class MigrationRequest:
    """Migrate this tenant alone, again. It is nothing to one that is up to date."""

    uuid: UUID


@dataclass(frozen=True, slots=True)
class CanaryNamed:
    """Whether this tenant is migrated before all others; an older message changes nothing."""

    uuid: UUID
    is_canary: bool
    sequence: int


DOWNWARDS: dict[str, type[Any]] = {  # for a cell
    "provision": ProvisionRequest,
    "limits_changed": LimitsChanged,
    "job_requested": JobRequest,
    "support_ended": SupportEnded,
    "migration_requested": MigrationRequest,
    "canary_named": CanaryNamed,
}
UPWARDS: dict[str, type[Any]] = {  # for the control plane
    "migration_progressed": MigrationProgress,
    "provisioning_progressed": ProvisioningProgress,
    "usage_reported": UsageReport,
    "job_progressed": JobProgress,
    "residency_reported": ResidencyReport,
    "cell_health": CellHealth,
    "directory": Directory,
    "domain_checked": DomainChecked,
}
MESSAGES = DOWNWARDS | UPWARDS
_names = {kind: name for name, kind in MESSAGES.items()}
_receivers: dict[str, Callable[[Any], None]] = {}
_keepers: list[Callable[..., None]] = []
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
    body = plain_body(message)
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


def on_dead_letter(keeper: Callable[..., None]) -> None:
    """Register who keeps what could not be received: `keeper(name=, version=, body=, sender=, error=)`."""
    _keepers[:] = [keeper]


def deliver(*, name: str, version: int, body: dict[str, Any], sender: str) -> None:
    """Receive a message, or keep it where operators see it: the queue has forgotten it already."""
    try:
        receive_message(name=name, version=version, body=body, sender=sender)
    except Exception as error:
        logger.exception("A message was not received")
        for keeper in _keepers:
            keeper(name=name, version=version, body=body, sender=sender, error=error)


def receive_message(*, name: str, version: int, body: dict[str, Any], sender: str) -> None:
    """Hand a message to its receiver; raises UnknownMessage, or whatever the receiver raises."""
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


def plain_body(message: object) -> dict[str, Any]:
    """The message as JSON can carry it."""
    return {key: _plain(value) for key, value in asdict(message).items()}  # type: ignore[call-overload]


def _plain(value: Any) -> Any:
    return DjangoJSONEncoder().default(value) if isinstance(value, UUID | datetime) else value


def _typed(kind: type[Message], body: dict[str, Any]) -> Message:
    """The body as the message's own types: JSON has no UUID, no time and no tuple."""
    hints = get_type_hints(kind)
    try:
        return kind(**{key: _as(hints[key], value) for key, value in body.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownMessage(f"{kind.__name__} with other parts") from error


def _as(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if hint is UUID:
        return UUID(value)
    if hint in (datetime, datetime | None):
        return parse_datetime(value)
    return tuple(value) if get_origin(hint) is tuple else value
