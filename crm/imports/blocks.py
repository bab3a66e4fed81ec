"""Many rows of a delimited text file at once, where nothing is wrong with them: as the csv module reads them, and no other way."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TextIO

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from crm.imports.records import Dialect, LineSource, Record, is_plain, records_of

Run = pl.DataFrame | list[Record]  # rows that follow one another: a table of sound ones, or each by itself
Marks = np.ndarray[tuple[int], np.dtype[np.intp]]  # where in a block something stands
BLOCK = 1 << 20  # characters
COUNTED = 1 << 18  # characters: memory of this size is used again and again
BY_THEMSELVES = 100  # records at a time
END = b"\x1d"  # behind each line: it lands in a column of its own where the line is as wide as the header


def column(number: int) -> str:
    return f"c{number}"


def read_runs(stream: TextIO, dialect: Dialect, width: int, *, encoding: str = "", block: int = BLOCK) -> Iterator[Run]:
    """All rows from here on, where `encoding` is given from a stream of signs. Blank lines are passed over, and counted as lines."""
    source = LineSource(stream, encoding)
    while text := source.next_block(block):
        table = sound_table(source.utf8(text), source.number + 1, dialect, width) if is_plain(text) else None
        if table is None:
            yield from runs_of(records_of(source.letters(text), source, dialect))
        else:
            source.number += text.count("\n") + (not text.endswith("\n"))
            yield table


def count_records(stream: TextIO, dialect: Dialect, *, encoding: str = "", block: int = COUNTED) -> int:
    """As many as are read from here on. Nobody needs their values for that: signs are as good as letters."""
    written = "latin-1" if encoding else "utf-8"
    source, total = LineSource(stream), 0
    while text := source.next_block(block):
        rows = plain_rows(text.encode(written), dialect) if is_plain(text) else None
        total += sum(1 for _ in records_of(text, source, dialect)) if rows is None else rows
    return total


def plain_rows(text: bytes, dialect: Dialect) -> int | None:
    """How many lines have a value, where each is a row of its own; None where one must be looked at more closely."""
    signs = np.frombuffer(text, np.uint8)
    ends, quotes = np.flatnonzero(signs == ord("\n")), _quotes(signs, dialect)
    if quotes is None or _count(signs, "\r") != _count(signs[ends[ends > 0] - 1], "\r") or _are_parted(ends, quotes):
        return None
    blank = f" \r{dialect.delimiter}{dialect.quote}".encode()
    starts = np.concatenate(([0], ends + 1))
    # Only a line that begins as one without a value can be one.
    doubtful = starts[:-1][_any_of(blank + b"\n")[signs[starts[:-1]]]].tolist()
    lines = [text[start : text.index(b"\n", start)] for start in doubtful] + [text[starts[-1] :]]
    empty = [line for line in lines if not line.strip(blank)]
    if any(dialect.quote.encode() in line for line in empty):  # `" "` is a value, `""` is none
        return None
    return len(starts) - len(empty)


def runs_of(records: Iterable[Record]) -> Iterator[Run]:
    left = iter(records)
    while run := list(islice(left, BY_THEMSELVES)):
        yield run


def sound_table(text: bytes, first: int, dialect: Dialect, width: int) -> pl.DataFrame | None:
    """`line` (from `first` on), then c0, c1, ...: the rows of some whole lines in UTF-8, those without a value left out.

    None where one of them is not as wide as the header, has a quote or a space that needs a closer look, or has more than
    one line: then each row is read by itself.
    """
    text = text.removesuffix(b"\n").removesuffix(b"\r")
    signs = np.frombuffer(text, np.uint8)
    if width < 2 or END in text or _quotes(signs, dialect) is None:
        return None
    ends, returns = _count(signs, "\n"), _count(signs, "\r")
    if returns and (returns != ends or text.count(b"\r\n") != ends):
        return None
    lines = ends + 1
    end = b"\r\n" if returns else b"\n"
    names = [column(number) for number in range(width)]
    try:
        table = pl.read_csv(
            (text + end).replace(end, dialect.delimiter.encode() + END + b"\n"),
            has_header=False,
            schema=dict.fromkeys([*names, "end"], pl.String),
            separator=dialect.delimiter,
            quote_char=dialect.quote,
            empty_string_is_null=False,
        )
    except (PolarsError, ValueError):
        return None
    # The csv module passes over the spaces before a value, also before a quote.
    sound = (pl.col("end") == END.decode()).all() & ~pl.any_horizontal(pl.col(names).str.starts_with(" ").any())
    if table.height != lines or not table.select(sound).item():
        return None
    numbers = pl.int_range(first, first + lines, dtype=pl.Int64, eager=True).alias("line")
    return table.select(numbers, *names).filter(pl.any_horizontal(pl.col(names) != ""))


def _count(signs: np.ndarray[tuple[int], np.dtype[np.uint8]], sign: str) -> int:
    """Five times as quick as `bytes.count`, where there are many."""
    return int(np.count_nonzero(signs == ord(sign)))


def _quotes(signs: np.ndarray[tuple[int], np.dtype[np.uint8]], dialect: Dialect) -> Marks | None:
    """Where they are, if each pair is around a whole value and none is in one; None otherwise."""
    if not (dialect.delimiter + dialect.quote).isascii():
        return None
    quotes = np.flatnonzero(signs == ord(dialect.quote))
    opening, closing = quotes[::2], quotes[1::2]
    around = _any_of(f"{dialect.delimiter}\r\n".encode())
    before, after = signs[opening[opening > 0] - 1], signs[closing[closing < len(signs) - 1] + 1]
    return quotes if len(quotes) % 2 == 0 and around[before].all() and around[after].all() else None


def _any_of(signs: bytes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """By a sign's number, whether it is one of these."""
    found = np.zeros(256, np.bool_)
    found[list(signs)] = True
    return found


def _are_parted(ends: Marks, quotes: Marks) -> bool:
    """Is there an end of a line within quotes?"""
    return bool((np.searchsorted(ends, quotes[::2]) != np.searchsorted(ends, quotes[1::2])).any())
