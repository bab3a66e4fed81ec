"""Rows of a delimited text file, one at a time, each with its number as a spreadsheet that opens the file shows it."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, TextIO

from crm.imports.encodings import letters_of

MAX_RECORD_LINES = 200  # a quoted value may run over lines; beyond this, its quote was never closed
MAX_RECORD_SIZE = 4 << 20
BLOCK = 1 << 18  # characters that are read at once where nothing has to be mended
csv.field_size_limit(MAX_RECORD_SIZE + 1)


@dataclass(frozen=True, slots=True)
class Dialect:
    delimiter: str
    quote: str = '"'


@dataclass(slots=True)
class Record:
    line: int  # a value of several lines makes one of them, an empty line one too
    cells: list[str]
    problem: str = ""  # why it cannot be read: see `crm.imports.enums.Problem`
    repaired: str = ""  # what was mended while reading


@dataclass(slots=True)
class LineSource:
    """Hands lines to the csv module, remembers those of the record under way, and can take some back."""

    stream: TextIO
    encoding: str = ""  # where the stream is of signs (see `open_signs`): of their bytes
    number: int = 0  # of rows that were handed out
    pending: list[str] = field(default_factory=list)
    had_nul: bool = False
    _size: int = 0
    _pushed: deque[str] = field(default_factory=deque)

    def __iter__(self) -> "LineSource":
        return self

    def __next__(self) -> str:
        line = self._pushed.popleft() if self._pushed else self.letters(self.stream.readline(MAX_RECORD_SIZE))
        if not line:
            raise StopIteration
        self.pending.append(line)
        self._size += len(line)
        if len(self.pending) > MAX_RECORD_LINES or self._size > MAX_RECORD_SIZE:
            raise csv.Error("record too long")
        if "\0" in line:
            self.had_nul = True
            line = line.replace("\0", "")
        return line

    def next_block(self, size: int) -> str:
        """Some whole lines, in one text as the stream has it; "" at the end."""
        text = self.stream.read(size)
        return text and text + self.stream.readline(MAX_RECORD_SIZE)

    def letters(self, text: str) -> str:
        return letters_of(text, self.encoding) if self.encoding else text

    def utf8(self, text: str) -> bytes:
        return text.encode("latin-1") if self.encoding == "utf-8" else self.letters(text).encode()

    def give_back(self, block: str) -> None:
        self._pushed.extend(StringIO(block, newline=""))

    @property
    def has_given_back(self) -> bool:
        return bool(self._pushed)

    def next_record(self) -> None:
        self.pending.clear()
        self._size = 0
        self.had_nul = False

    def give_back_all_but_first(self) -> str:
        first, *rest = self.pending
        self._pushed.extendleft(reversed(rest))
        return first


def read_records(stream: TextIO, dialect: Dialect, *, block: int = BLOCK) -> Iterator[Record]:
    """Blank lines are passed over. What cannot be read comes out as a record with a problem, and reading goes on."""
    source = LineSource(stream)
    while text := source.next_block(block):
        yield from records_of(text, source, dialect)


def records_of(text: str, source: LineSource, dialect: Dialect) -> Iterable[Record]:
    """Those of a block that the source has just handed out, and of the lines after it that its last value runs over."""
    records = _sound_records(_reader(StringIO(text, newline=""), dialect), source) if is_plain(text) else None
    if records is not None:
        return records
    source.give_back(text)
    return _mended_records(source, dialect)


def is_plain(text: str) -> bool:
    return "\0" not in text and len(text) < MAX_RECORD_SIZE


def _sound_records(reader: Any, source: LineSource) -> list[Record] | None:
    """As nearly all files have them; None where something is wrong."""
    records, end, number = [], 0, source.number
    first = number + 1
    try:
        for number, cells in enumerate(reader, first):
            if any(cells):
                records.append(Record(number, cells))
            if reader.line_num - end > MAX_RECORD_LINES:
                return None
            end = reader.line_num
    except csv.Error:
        return None
    source.number = number
    return records


def _reader(lines: Iterable[str], dialect: Dialect) -> Any:
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True, skipinitialspace=True)


def _mended_records(source: LineSource, dialect: Dialect) -> Iterator[Record]:
    """Record by record, until what was given back is used up."""
    reader = _reader(source, dialect)
    while source.has_given_back:
        source.next_record()
        source.number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _mended(source.give_back_all_but_first(), source.number, dialect)
            reader = _reader(source, dialect)  # the old one is in the middle of a value
            continue
        if cells and any(cells):
            yield Record(source.number, cells, repaired="nul" if source.had_nul else "")


def _mended(line: str, number: int, dialect: Dialect) -> Record:
    line = line.replace("\0", "")
    if len(line) >= MAX_RECORD_SIZE:
        return Record(number, [line[:1000]], problem="too_long")
    cells = tolerant_cells(line.rstrip("\r\n"), dialect)
    if cells is None:
        return Record(number, [line.rstrip("\r\n")], problem="quote")
    return Record(number, cells, repaired="quotes")


def tolerant_cells(line: str, dialect: Dialect) -> list[str] | None:
    """Read `"Jean "Jeannot" Martin"` as it was meant: a quote closes only before a delimiter or the end of the line."""
    cells: list[str] = []
    position = 0
    while position <= len(line):
        if line.startswith(dialect.quote, position):
            end = _closing_quote(line, position + 1, dialect)
            if end is None:
                return None
            cells.append(line[position + 1 : end].replace(dialect.quote * 2, dialect.quote))
            position = end + 2
        else:
            end = line.find(dialect.delimiter, position)
            end = len(line) if end < 0 else end
            cells.append(line[position:end].strip(" "))
            position = end + 1
    return cells


def _closing_quote(line: str, start: int, dialect: Dialect) -> int | None:
    before_delimiter = line.find(dialect.quote + dialect.delimiter, start)
    if before_delimiter >= 0:
        return before_delimiter
    return len(line) - 1 if len(line) > start and line.endswith(dialect.quote) else None
