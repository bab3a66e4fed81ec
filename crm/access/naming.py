"""What a person's id, and what an export took, are called today. The log stands below the apps that know, so that these tell it:
call in AppConfig.ready().
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Of whom, and which columns."""

    selection: str = ""
    columns: Sequence[str] = field(default_factory=list)


Names = Callable[[set[int]], Mapping[int, Named]]
Exports = Callable[[Sequence[Mapping[str, Any]]], Sequence[Taken]]
_names: list[Names] = []
_exports: list[Exports] = []


def name_people_by(names: Names) -> None:
    _names[:] = [names]


def names_of(ids: set[int]) -> Mapping[int, Named]:
    """Nobody of whom the data is gone."""
    return _names[0](ids) if _names and ids else {}


def name_exports_by(exports: Exports) -> None:
    _exports[:] = [exports]


def taken_by(details: Sequence[Mapping[str, Any]]) -> Sequence[Taken]:
    """By exports with these details, in their order."""
    return _exports[0](details) if _exports and details else [Taken()] * len(details)
