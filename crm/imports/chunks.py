"""A file as bounded tables: memory depends on the chunk, never on the file."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import compress, islice
from pathlib import Path

import polars as pl

from crm.imports.encodings import open_text
from crm.imports.records import Dialect, Record, read_records
from crm.imports.sifting import PRINTS, SAME, Sieve
from crm.imports.sniffing import FileFormat
from crm.imports.vcards import card_records, split_cards
from crm.imports.workbooks import workbook_records

CHUNK_ROWS = 10_000  # twice as many are hardly faster and take 40 MB more
CHUNK_CHARACTERS = 8 << 20


@dataclass(slots=True)
class Chunk:
    """Some rows of the file, in order. `end` is how many rows stand before what follows: the position to resume at."""

    start: int
    end: int = 0
    first_line: int = 0
    table: pl.DataFrame = field(default_factory=pl.DataFrame)  # `line`, then c0, c1, ... all text, "" when empty
    same: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=SAME)
    )  # rows that the sieve knows; those with a remark are in the table too
    prints: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=PRINTS)
    )  # of the others, where there is a sieve
    rejected: list[Record] = field(default_factory=list)
    repaired: list[tuple[int, str]] = field(default_factory=list)  # line, what was mended


def column(number: int) -> str:
    return f"c{number}"


@contextmanager
def opened_records(path: Path, found: FileFormat) -> Iterator[Iterator[Record]]:
    """The rows below the header."""
    before = found.skip + found.has_header
    if found.kind == "xlsx":
        yield islice(workbook_records(path, found.sheet), before, None)
        return
    with open_text(path, found.encoding) as stream:
        if found.kind == "vcf":
            yield card_records(stream)
            return
        yield islice(read_records(stream, Dialect(found.delimiter, found.quote)), before, None)


def count_records(path: Path, found: FileFormat) -> int:
    if found.kind == "vcf":  # each card is counted, none is read: that takes its time
        with open_text(path, found.encoding) as stream:
            return sum(1 for _ in split_cards(stream))
    with opened_records(path, found) as records:
        return sum(1 for _ in records)


def read_chunks(
    path: Path, found: FileFormat, *, start: int = 0, rows: int = CHUNK_ROWS, sieve: Sieve | None = None
) -> Generator[Chunk]:
    """Cut at the same places whenever it is called with the same start, so that a resumed import repeats nothing."""
    with opened_records(path, found) as all_records:
        records = islice(all_records, start, None)
        while chunk := _next_chunk(records, found, start, rows, sieve):
            yield chunk
            start = chunk.end


def _next_chunk(
    records: Iterator[Record], found: FileFormat, start: int, rows: int, sieve: Sieve | None
) -> Chunk | None:
    chunk = Chunk(start, end=start)
    width = len(found.columns)
    lines: list[int] = []
    kept: list[list[str]] = []
    size = 0
    for record in records:
        chunk.end += 1
        chunk.first_line = chunk.first_line or record.line
        cells = record.cells
        if len(cells) != width or record.problem or record.repaired:
            _fit(record, width, chunk)
            cells = record.cells
        if not record.problem:
            lines.append(record.line)
            kept.append(cells)
        size += sum(map(len, cells))
        if chunk.end - start >= rows or size > CHUNK_CHARACTERS:
            break
    if chunk.end == start:
        return None
    if sieve is not None:
        lines, kept = _sift(chunk, sieve, lines, kept)
    chunk.table = _table(lines, kept, width)
    return chunk


def _sift(chunk: Chunk, sieve: Sieve, lines: list[int], rows: list[list[str]]) -> tuple[list[int], list[list[str]]]:
    told = sieve.sift(lines, rows)
    is_new = told["person_id"].is_null()
    chunk.same, chunk.prints = told.filter(~is_new), told.filter(is_new).select("line", "print")
    to_clean = told["remarked"].fill_null(value=True)
    return list(compress(lines, to_clean)), list(compress(rows, to_clean))


def _fit(record: Record, width: int, chunk: Chunk) -> None:
    """Make a row as wide as the header. A row with too many values is not guessed at: nobody knows which is which."""
    if not record.problem and len(record.cells) > width:
        if any(cell.strip() for cell in record.cells[width:]):
            record.problem = "too_many_cells"
        else:
            del record.cells[width:]
    if record.problem:
        chunk.rejected.append(record)
        return
    if record.repaired:
        chunk.repaired.append((record.line, record.repaired))
    if len(record.cells) < width:
        chunk.repaired.append((record.line, "too_few_cells"))
        record.cells.extend([""] * (width - len(record.cells)))


def _table(lines: list[int], rows: list[list[str]], width: int) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    series = [pl.Series(column(number), values, dtype=pl.String) for number, values in enumerate(columns)]
    return pl.DataFrame([pl.Series("line", lines, dtype=pl.Int64), *series])
