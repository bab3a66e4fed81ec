"""Rows read by the block, or as a table, are the rows that are read one by one, whatever is wrong with the file."""

from collections.abc import Iterable
from io import StringIO

from hypothesis import example, given
from hypothesis import strategies as st

from crm.imports import records
from crm.imports.blocks import count_records, plain_rows, read_runs, sound_table
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


@given(
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.sampled_from([",", ";", " "]), st.integers(1, 40)
)
@example("\n\n" + '"' + "x\n" * 250 + '",b\nc,d\n', ",", 40)  # a value of more lines than one may have
@example("\n\n" + '"' + "x\n" * 150 + '",b\nc,d\n', ",", 4_000)
@example('a,b\n"",""\n" ",\n , \n\n"a\nb",c', ",", 4_000)  # a space between quotes is a value
@example('a,b\n" ",\n', ",", 4_000)
@example("a,b\rc,d\r\n,\r\n", ",", 4_000)
def test_as_many_rows_are_counted_as_are_read(text: str, delimiter: str, block: int) -> None:
    dialect = Dialect(delimiter)
    found = count_records(StringIO(text, newline=""), dialect, block=block)
    assert found == sum(1 for _ in one_by_one(text, dialect))


def test_lines_that_are_rows_are_counted_as_lines() -> None:
    assert plain_rows(b'a,"b, c"\r\n,\r\nd e,"f",g\r\n', Dialect(",")) == 2
    assert plain_rows(b'a,"b\nc"\n', Dialect(",")) is None


CELLS = st.sampled_from(
    ["a", "é b", "", '""', '"x"', '"x,y"', '"a ""b"""', '"a\nb"', " a", '" a"', 'a"b', '"a"b', "\u2028", "\x1d", "\t"]
)
LINES = st.lists(
    st.lists(CELLS, min_size=1, max_size=4).map(",".join) | st.lists(CELLS, min_size=3, max_size=3).map(",".join),
    max_size=5,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(2, 4))
@example(["a,b,c", '"x,y",,d'], "\n", True, 3)
@example([',""x"'], "\n", True, 2)  # what polars reads otherwise than the csv module
@example(['"a,b",,"""'], "\n", False, 3)
@example(['",,"x" "x",NULL,",'], "\n", True, 2)
@example(["a,b", "", "c,d,"], "\n", True, 2)  # too short and too long, and as many delimiters as there should be
def test_a_table_of_sound_rows(lines: list[str], end: str, ends: bool, width: int) -> None:
    text = end.join(lines) + (end if ends else "")
    table = sound_table(text.encode(), 1, Dialect(","), width) if text else None
    if table is None:
        return
    found = list(one_by_one(text, Dialect(",")))
    assert [(record.line, *record.cells) for record in found] == table.rows()
    assert not any(record.problem or record.repaired for record in found)


def test_sound_rows_are_read_as_a_table() -> None:
    text = 'a,"b, c"\n,\n"","d"\n'
    table = sound_table(text.encode(), 7, Dialect(","), 2)
    assert table is not None
    assert table.rows() == [(7, "a", "b, c"), (9, "", "d")]


@given(LINES, st.integers(1, 40))
def test_run_by_run(lines: list[str], block: int) -> None:
    text = "\n".join([*lines, "a,b,c", '"x, y",z,w', "d,e,f"])
    found: list[tuple[object, ...]] = []
    for run in read_runs(StringIO(text, newline=""), Dialect(","), 3, block=block):
        found += [(record.line, *record.cells) for record in run] if isinstance(run, list) else run.rows()
    assert found == [(record.line, *record.cells) for record in read_records(StringIO(text, newline=""), Dialect(","))]


@given(
    LINES,
    st.sampled_from(["utf-8", "cp1252", "mac_roman"]),
    st.sampled_from([b"", b"\xe9", b"\xff,"]),
    st.integers(1, 40),
)
@example(["a,é b,c"], "utf-8", b"\xe9", 4_000)  # a byte that is wrong in the file's encoding
@example(["a,Ã©,c"], "cp1252", b"", 1)  # which would be an é in UTF-8
@example(['"a', 'é",b,c'], "utf-8", b"", 1)  # a row that goes on in the next block
def test_signs_are_read_as_letters_are(lines: list[str], encoding: str, wrong: bytes, block: int) -> None:
    data = "\n".join([*lines, "é,œ,c"]).encode(encoding, "replace") + wrong + b'\n"x, y","",\n'
    signs = StringIO(data.decode("latin-1"), newline="")
    found: list[tuple[object, ...]] = []
    for run in read_runs(signs, Dialect(","), 3, encoding=encoding, block=block):
        found += [(record.line, *record.cells) for record in run] if isinstance(run, list) else run.rows()
    letters = StringIO(data.decode(encoding, "isoloir_western"), newline="")
    assert found == [(record.line, *record.cells) for record in read_records(letters, Dialect(","))]


def test_a_line_longer_than_any_may_be_is_set_aside_and_reading_goes_on() -> None:
    text = "a,b\n" + "x" * (records.MAX_RECORD_SIZE + 10) + "\nc,d\n"
    found = list(read_records(StringIO(text, newline=""), Dialect(",")))
    assert [record.problem for record in found if record.problem] == ["too_long"]
    assert found[0].cells == ["a", "b"]
    assert found[-1].cells == ["c", "d"]
