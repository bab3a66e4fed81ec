"""Who uses a segment? The apps above tell: a segment in use is not deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    label: str
    url: str = ""


_sources: list[Callable[[int], Iterable[Usage]]] = []


def register_usage(source: Callable[[int], Iterable[Usage]]) -> None:
    if source not in _sources:
        _sources.append(source)


def usages_of(segment_id: int) -> list[Usage]:
    return [usage for source in _sources for usage in source(segment_id)]
