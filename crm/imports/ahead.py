"""Steps of an import side by side, each a little ahead of the next and never more: memory depends on the chunk only."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")
AT_ONCE = 3  # chunks that are worked on: with two, a processor waits now and then


def read_ahead(items: Iterator[Item]) -> Generator[Item]:
    """The next one is made while the caller works on this one; never more than one ahead."""
    with ThreadPoolExecutor(1, thread_name_prefix="import-reader") as reader:
        ahead = reader.submit(next, items, None)
        while (item := ahead.result()) is not None:
            ahead = reader.submit(next, items, None)
            yield item


def made_ahead(make: Callable[[Item], Made], items: Iterator[Item]) -> Generator[Made]:
    """In the items' order, AT_ONCE side by side while the caller works on an earlier one; never more ahead."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="import-maker") as makers:
        ahead: deque[Future[Made]] = deque()
        for item in items:
            ahead.append(makers.submit(make, item))
            if len(ahead) > AT_ONCE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
