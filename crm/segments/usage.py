"""Who uses a segment, or a list? The apps above tell: what is in use is not deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    label: str
    url: str = ""


_sources: list[Callable[[int], Iterable[Usage]]] = []
_list_sources: list[Callable[[int], Iterable[Usage]]] = []


def register_usage(source: Callable[[int], Iterable[Usage]]) -> None:
    if source not in _sources:
        _sources.append(source)


def usages_of(segment_id: int) -> list[Usage]:
    return [usage for source in _sources for usage in source(segment_id)]


def register_list_usage(source: Callable[[int], Iterable[Usage]]) -> None:
    """The same for lists of people."""
    if source not in _list_sources:
        _list_sources.append(source)


def usages_of_list(list_id: int) -> list[Usage]:
    return [usage for source in _list_sources for usage in source(list_id)]
