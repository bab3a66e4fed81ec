"""Rows read by the block are the rows that are read one by one, whatever is wrong with the file."""

from collections.abc import Iterable
from io import StringIO

from hypothesis import example, given
from hypothesis import strategies as st

from crm.imports import records
from crm.imports.records import Dialect, LineSource, Record, read_records

PIECES = ["a", "b", '"', '""', '"x"', ",", ";", " ", "é", "\u2028", "\0", "\r", "\n", "\r\n", "x,y\n", '"a\nb",']


def one_by_one(text: str, dialect: Dialect) -> Iterable[Record]:
    source = LineSource(StringIO("", newline=""))
    source.give_back(text)
    return records._mended_records(source, dialect)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.sampled_from([",", ";"]), st.integers(1, 40))
@example('a,"b\n' * 3, ",", 1)
@example("\n\n" + '"' + "x\n" * 250 + '",b\nc,d\n', ",", 40)  # a value of more lines than one may have
@example("\n\n" + '"' + "x\n" * 150 + '",b\nc,d\n', ",", 4_000)
def test_block_by_block(text: str, delimiter: str, block: int) -> None:
    dialect = Dialect(delimiter)
    assert list(read_records(StringIO(text, newline=""), dialect, block=block)) == list(one_by_one(text, dialect))


def test_a_line_longer_than_any_may_be_is_set_aside_and_reading_goes_on() -> None:
    text = "a,b\n" + "x" * (records.MAX_RECORD_SIZE + 10) + "\nc,d\n"
    found = list(read_records(StringIO(text, newline=""), Dialect(",")))
    assert [record.problem for record in found if record.problem] == ["too_long"]
    assert found[0].cells == ["a", "b"]
    assert found[-1].cells == ["c", "d"]
