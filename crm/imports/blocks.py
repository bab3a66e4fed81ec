"""Many rows of a delimited text file at once, where nothing is wrong with them: as the csv module reads them, and no other way."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TextIO

import polars as pl
from polars.exceptions import PolarsError

from crm.imports.records import Dialect, LineSource, Record, is_plain, records_of

Run = pl.DataFrame | list[Record]  # rows that follow one another: a table of sound ones, or each by itself
BLOCK = 1 << 20  # characters
COUNTED = 1 << 18  # characters: memory of this size is used again and again
BY_THEMSELVES = 100  # records at a time
END = "\x1d"  # behind each line: it lands in a column of its own where the line is as wide as the header


def column(number: int) -> str:
    return f"c{number}"


def read_runs(stream: TextIO, dialect: Dialect, width: int, *, block: int = BLOCK) -> Iterator[Run]:
    """All rows from here on. Blank lines are passed over, and counted as lines."""
    source = LineSource(stream)
    while text := source.next_block(block):
        table = sound_table(text, source.number + 1, dialect, width) if is_plain(text) else None
        if table is None:
            yield from runs_of(records_of(text, source, dialect))
        else:
            source.number += text.count("\n") + (not text.endswith("\n"))
            yield table


def count_records(stream: TextIO, dialect: Dialect, *, block: int = COUNTED) -> int:
    """As many as are read from here on. Nobody needs their values for that."""
    source, total = LineSource(stream), 0
    while text := source.next_block(block):
        rows = _plain_rows(text, dialect) if is_plain(text) else None
        total += sum(1 for _ in records_of(text, source, dialect)) if rows is None else rows
    return total


def _plain_rows(text: str, dialect: Dialect) -> int | None:
    """How many lines have a value, where each is a row of its own; None where one must be looked at more closely."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    parts = text.split(dialect.quote)
    if "\r" in text or not _is_well_quoted(parts, dialect) or any("\n" in inside for inside in parts[1::2]):
        return None
    blank = f" {dialect.delimiter}{dialect.quote}"
    empty = [line for line in text.split("\n") if not line.strip(blank)]
    if any(dialect.quote in line for line in empty):  # `" "` is a value, `""` is none
        return None
    return text.count("\n") + 1 - len(empty)


def runs_of(records: Iterable[Record]) -> Iterator[Run]:
    left = iter(records)
    while run := list(islice(left, BY_THEMSELVES)):
        yield run


def sound_table(text: str, first: int, dialect: Dialect, width: int) -> pl.DataFrame | None:
    """`line` (from `first` on), then c0, c1, ...: the rows of some whole lines, those without a value left out.

    None where one of them is not as wide as the header, has a quote or a space that needs a closer look, or has more than
    one line: then each row is read by itself.
    """
    if width < 2 or END in text or not _is_well_quoted(text.split(dialect.quote), dialect):
        return None
    text = text.removesuffix("\n").removesuffix("\r")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    lines = text.count("\n") + 1
    names = [column(number) for number in range(width)]
    try:
        table = pl.read_csv(
            f"{text}\n".replace("\n", f"{dialect.delimiter}{END}\n").encode(),
            has_header=False,
            schema=dict.fromkeys([*names, "end"], pl.String),
            separator=dialect.delimiter,
            quote_char=dialect.quote,
            empty_string_is_null=False,
        )
    except (PolarsError, ValueError):
        return None
    # The csv module passes over the spaces before a value, also before a quote.
    sound = (pl.col("end") == END).all() & ~pl.any_horizontal(pl.col(names).str.starts_with(" ").any())
    if "\r" in text or table.height != lines or not table.select(sound).item():
        return None
    numbers = pl.int_range(first, first + lines, dtype=pl.Int64, eager=True).alias("line")
    return table.select(numbers, *names).filter(pl.any_horizontal(pl.col(names) != ""))


def _is_well_quoted(parts: Sequence[str], dialect: Dialect) -> bool:
    """Quotes, between which the parts of a text stand, are around whole values, and in none."""
    ends = dialect.delimiter + "\r\n"
    first, *rest = parts
    if not rest:
        return True
    outside, last = rest[1:-1:2], rest[-1]
    return (
        len(rest) % 2 == 0
        and first[-1:] in ends
        and last[:1] in ends
        and all(part and part[0] in ends and part[-1] in ends for part in outside)
    )
