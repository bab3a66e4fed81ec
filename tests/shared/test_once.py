"""Within one request a look-up is made once; without a request, and in the next one, anew."""

from collections.abc import Iterator

import pytest
from django.test import RequestFactory

from shared.once import once
from shared.routes import current_request


@pytest.fixture
def numbers() -> Iterator[int]:
    return iter(range(10))


def test_a_request_looks_once(numbers: Iterator[int]) -> None:
    for expected in (0, 1):
        token = current_request.set(RequestFactory().get("/"))
        assert [once("number", lambda: next(numbers)) for _time in range(3)] == [expected] * 3
        assert once("other", lambda: "x") == "x"
        current_request.reset(token)


def test_without_a_request_each_look_is_new(numbers: Iterator[int]) -> None:
    assert [once("number", lambda: next(numbers)) for _time in range(3)] == [0, 1, 2]
