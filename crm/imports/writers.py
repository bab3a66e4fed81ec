"""Chunks written side by side, each writer with a connection of its own: one PostgreSQL backend is slower than two."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tenants.context import carry_tenant


def write_each(numbers: Sequence[int], write: Callable[[int], None], *, writers: int) -> None:
    """Call `write` for every number, by so many writers; the first that raises stops the others after their chunk."""
    if writers < 2:
        for number in numbers:
            write(number)
        return
    left, stopped = iter(numbers), Event()  # threads may share the iterator of a list

    def work() -> None:
        for number in left:
            if stopped.is_set():
                return
            try:
                write(number)
            except BaseException:
                stopped.set()
                raise

    with ThreadPoolExecutor(writers, thread_name_prefix="import-writer") as pool:
        for writer in [pool.submit(carry_tenant(work)) for _ in range(writers)]:
            writer.result()
