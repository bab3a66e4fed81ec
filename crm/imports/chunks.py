"""A file as bounded tables: memory depends on the chunk, never on the file."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from crm.imports.blocks import Run, column, count_records, read_runs, runs_of
from crm.imports.encodings import open_signs, open_text
from crm.imports.records import Dialect, Record
from crm.imports.sifting import PRINTS, SAME, Sieve
from crm.imports.sniffing import FileFormat
from crm.imports.vcards import card_records, split_cards
from crm.imports.workbooks import workbook_records

CHUNK_ROWS = 15_000  # a tenth quicker to read than 10 000; 20 000 are hardly quicker and take 20 MB more
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


class Rows:
    """The rows below the header, as many at a time as one wants."""

    def __init__(self, runs: Iterator[Run], before: int) -> None:
        self._runs = runs
        self._left: Run = []
        self.skip(before)

    def skip(self, rows: int) -> None:
        while rows and (run := self.take(rows)) is not None:
            rows -= len(run)

    def take(self, most: int) -> Run | None:
        """Some of those that follow one another; None at the end."""
        while not len(self._left):
            run = next(self._runs, None)
            if run is None:
                return None
            self._left = run
        taken, self._left = self._left[:most], self._left[most:]
        return taken


@contextmanager
def opened_rows(path: Path, found: FileFormat) -> Iterator[Rows]:
    before = found.skip + found.has_header
    if found.kind == "xlsx":
        yield Rows(runs_of(workbook_records(path, found.sheet)), before)
        return
    if found.kind == "vcf":
        with open_text(path, found.encoding) as stream:
            yield Rows(runs_of(card_records(stream)), 0)
        return
    signs, encoding = open_signs(path, found.encoding)
    with signs:
        runs = read_runs(signs, Dialect(found.delimiter, found.quote), len(found.columns), encoding=encoding)
        yield Rows(runs, before)


def count_rows(path: Path, found: FileFormat) -> int:
    if found.kind == "vcf":  # each card is counted, none is read: that takes its time
        with open_text(path, found.encoding) as stream:
            return sum(1 for _ in split_cards(stream))
    if found.kind == "csv":
        signs, encoding = open_signs(path, found.encoding)
        with signs:
            counted = count_records(signs, Dialect(found.delimiter, found.quote), encoding=encoding)
        return max(counted - found.skip - found.has_header, 0)
    total = 0
    with opened_rows(path, found) as rows:
        while (run := rows.take(CHUNK_ROWS)) is not None:
            total += len(run)
    return total


def read_chunks(
    path: Path, found: FileFormat, *, start: int = 0, rows: int = CHUNK_ROWS, sieve: Sieve | None = None
) -> Generator[Chunk]:
    """Cut at the same places whenever it is called with the same start, so that a resumed import repeats nothing."""
    with opened_rows(path, found) as source:
        source.skip(start)
        while chunk := _next_chunk(source, found, start, rows):
            if sieve is not None:
                _sift(chunk, sieve)
            yield chunk
            start = chunk.end


def _next_chunk(source: Rows, found: FileFormat, start: int, rows: int) -> Chunk | None:
    chunk = Chunk(start, end=start)
    width, size = len(found.columns), 0
    tables: list[pl.DataFrame] = []
    while chunk.end - start < rows and size <= CHUNK_CHARACTERS:
        run = source.take(rows - (chunk.end - start))
        if run is None:
            break
        if isinstance(run, pl.DataFrame):
            table, first = run, int(run["line"][0])
        else:
            table, first = _fitted(run, width, chunk), run[0].line
        chunk.first_line = chunk.first_line or first
        chunk.end += len(run)
        size += int(table.estimated_size())
        tables.append(table)
    if chunk.end == start:
        return None
    chunk.table = pl.concat(tables, rechunk=True)  # some expressions of polars 2.1 fail on columns in pieces
    return chunk


def _sift(chunk: Chunk, sieve: Sieve) -> None:
    told = sieve.sift(chunk.table)
    is_new = told["person_id"].is_null()
    chunk.same, chunk.prints = told.filter(~is_new), told.filter(is_new).select("line", "print")
    chunk.table = chunk.table.filter(told["remarked"].fill_null(value=True))


def _fitted(records: Sequence[Record], width: int, chunk: Chunk) -> pl.DataFrame:
    for record in records:
        if len(record.cells) != width or record.problem or record.repaired:
            _fit(record, width, chunk)
    sound = [record for record in records if not record.problem]
    return _table([record.line for record in sound], [record.cells for record in sound], width)


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
