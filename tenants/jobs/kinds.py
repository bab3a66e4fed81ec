"""The kinds of jobs that this code knows. An app registers its own in AppConfig.ready()."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


_kinds: dict[str, JobKind] = {}


def register_job(*, kind: str, label: str, steps: Sequence[Step]) -> None:
    _kinds[kind] = JobKind(kind, label, tuple(steps))


def job_kind(kind: str) -> JobKind:
    """Raises UnknownKind."""
    try:
        return _kinds[kind]
    except KeyError as error:
        raise UnknownKind(kind) from error
