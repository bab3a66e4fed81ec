"""Steps of reading that run side by side."""

import time
from collections.abc import Iterator
from threading import Lock

import pytest

from crm.imports.ahead import AT_ONCE, made_ahead


def test_what_is_made_side_by_side_comes_out_in_order_and_never_far_ahead() -> None:
    lock, working, most, taken = Lock(), 0, 0, 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(12):
            taken = number
            yield number

    def make(number: int) -> int:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        time.sleep(0.02 if number % 2 else 0.001)  # the later one is ready before
        with lock:
            working -= 1
        return number * 10

    found = []
    for made in made_ahead(make, items()):
        found.append(made)
        assert taken - made // 10 <= AT_ONCE
    assert found == [number * 10 for number in range(12)]
    assert most == AT_ONCE


def test_what_cannot_be_made_is_told_where_it_would_have_come() -> None:
    made = made_ahead(lambda number: 10 // (2 - number), iter(range(5)))
    assert [next(made), next(made)] == [5, 10]
    with pytest.raises(ZeroDivisionError):
        next(made)
