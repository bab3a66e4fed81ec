"""What kinds of long work there are: each app registers its own in AppConfig.ready()."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from crm.runs.working import Working


@dataclass(frozen=True, slots=True)
class Kind:
    """`work` may be called again after its worker was killed anywhere: it goes on from what it told last."""

    key: str
    label: str | Promise
    work: "Callable[[Working], None]"
    undo: "Callable[[Working], None] | None" = None
    url_name: str = ""  # page of one run, by its uuid


_kinds: dict[str, Kind] = {}


def register_run(kind: Kind) -> None:
    _kinds[kind.key] = kind


def run_kind(key: str) -> Kind:
    return _kinds[key]
