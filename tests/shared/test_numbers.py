"""Numbers that an address or a form tells."""

import pytest

from shared.numbers import BIGINT, INTEGER, number, numbers


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("7", 7),
        (7, 7),
        (str(BIGINT), BIGINT),
        (str(BIGINT + 1), 0),
        ("9" * 5000, 0),
        ("٣", 0),
        ("²", 0),
        ("-1", 0),
        ("1.5", 0),
        (" 7", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_what_the_database_cannot_have_is_no_number(told: object, found: int) -> None:
    assert number(told) == found


def test_a_column_may_be_narrower() -> None:
    assert number(str(INTEGER), most=INTEGER) == INTEGER
    assert number(str(INTEGER + 1), most=INTEGER) == 0


def test_of_several_the_readable_ones_are_taken() -> None:
    assert numbers(["3", "x", "0", "9" * 20, "4"]) == [3, 4]
