"""The kinds of jobs that this code knows. An app registers its own in AppConfig.ready()."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tenants.jobs.running import RunningJob


class UnknownKind(Exception):
    """No app of this process has registered the kind."""


@dataclass(frozen=True, slots=True)
class Step:
    """`run` is called in the schema public and may be called again after it was killed anywhere: it must be safe to repeat."""

    key: str
    label: str  # gettext_noop: the screens translate it
    run: Callable[[RunningJob], None]


@dataclass(frozen=True, slots=True)
class JobKind:
    key: str
    label: str  # gettext_noop
    steps: tuple[Step, ...]
    is_quick: bool = (
        False  # somebody waits for it, and it takes seconds: it stands in no queue behind what takes minutes
    )


_kinds: dict[str, JobKind] = {}


def register_job(*, kind: str, label: str, steps: Sequence[Step], is_quick: bool = False) -> None:
    _kinds[kind] = JobKind(kind, label, tuple(steps), is_quick)


def quick_kinds() -> list[str]:
    return [key for key, kind in _kinds.items() if kind.is_quick]


def job_kind(kind: str) -> JobKind:
    """Raises UnknownKind."""
    try:
        return _kinds[kind]
    except KeyError as error:
        raise UnknownKind(kind) from error


def queue_of(kind: str, parameters: dict[str, Any]) -> str:
    """By its kind, or because whoever asked for it waits for this one (`is_quick`)."""
    known = _kinds.get(kind)
    is_quick = (known and known.is_quick) or parameters.get("is_quick")
    return settings.CELL_QUEUE if is_quick else settings.LONG_QUEUE
