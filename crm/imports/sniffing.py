"""What kind of table a file is: encoding, delimiter, quotes, header, sheet. Each guess can be corrected by hand."""

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from crm.imports.beginnings import MAX_HEADER_LENGTH, is_header, records_above
from crm.imports.encodings import detect_encoding, looks_binary, open_text
from crm.imports.records import Dialect, Record, read_records
from crm.imports.vcards import card_columns, starts_with_card
from crm.imports.workbooks import chosen_sheet, is_workbook, workbook_records

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 200
MAX_FILE_SIZE = 500 * 1024 * 1024
MAX_COLUMNS = 500
# Text that is no table, by how it begins. Some tools name a web page .xls.
OTHER_KINDS = {
    "web_page": re.compile(r"\ufeff?\s*<(?:!doctype|html|head|body|table|meta|\?xml)\b", re.IGNORECASE),
    "json": re.compile(r"\ufeff?\s*(?:\[\s*)?\{\s*(?:\"(?:[^\"\\]|\\.)*\"\s*:|\})"),
}


@dataclass(frozen=True, slots=True)
class FileFormat:
    kind: str  # csv | xlsx | vcf
    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    has_header: bool = True
    skip: int = 0  # records before the table: Excel's `sep=;`, a title
    begins_at: int = 0  # the line on which the table begins, where a title stands above
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()  # what somebody said after we had guessed wrongly: encoding, delimiter

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FileFormat":
        lists = {name: tuple(data.get(name, ())) for name in ("sheets", "columns", "corrected")}
        return cls(**{**data, **lists})

    def corrections(self) -> dict[str, str]:
        """For `sniff_format` of the next file of the same kind, whose guess would be as wrong."""
        return {name: getattr(self, name) for name in self.corrected}


class UnreadableFileError(Exception):
    """The file is no table of people. `reason` is a key of `crm.imports.wording.FILE_PROBLEMS`; `found` tells the sheet that was looked at."""

    def __init__(self, reason: str, found: FileFormat | None = None) -> None:
        super().__init__(reason)
        self.reason, self.found = reason, found


def sniff_format(
    path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "", has_header: bool | None = None
) -> FileFormat:
    """Raises UnreadableFileError. What the caller gives is believed, the rest is found out."""
    if path.stat().st_size == 0:
        raise UnreadableFileError("empty")
    if is_workbook(path):
        found = _workbook_format(path, sheet)
        sample = list(islice(workbook_records(path, found.sheet), SAMPLE_ROWS))
    else:
        found = _text_format(path, encoding, delimiter)
        if found.kind == "vcf":
            return found
        sample = _sample(path, found)
    if not sample:
        raise UnreadableFileError("empty", found)
    if above := 0 if has_header is False else records_above(sample):
        sample = sample[above:]
        found = replace(found, skip=found.skip + above, begins_at=sample[0].line)
    if has_header is None:
        has_header = is_header(sample[0])
    columns = _column_names(sample, has_header=has_header)
    _refuse_what_is_no_table(columns, sample)
    return replace(found, has_header=has_header, columns=columns)


def _workbook_format(path: Path, sheet: str) -> FileFormat:
    try:
        chosen, sheets = chosen_sheet(path, sheet)
    except (ValueError, zipfile.BadZipFile) as error:
        reason = str(error) if str(error) in ("too_big", "protected", "empty", "archive", "binary") else "workbook"
        raise UnreadableFileError(reason) from error
    return FileFormat(kind="xlsx", sheet=chosen.name, sheets=sheets)


def _text_format(path: Path, encoding: str, delimiter: str) -> FileFormat:
    encoding = encoding or detect_encoding(path)
    if looks_binary(path, encoding):
        raise UnreadableFileError("binary")
    try:
        with open_text(path, encoding) as stream:
            lines = [line for line in islice(iter(lambda: stream.readline(65536), ""), SAMPLE_ROWS) if line.strip()]
    except UnicodeError as error:  # UTF-16 was chosen by hand for a file that does not begin as such
        raise UnreadableFileError("binary") from error
    if not lines:
        raise UnreadableFileError("empty")
    for reason, beginning in OTHER_KINDS.items():
        if beginning.match("".join(lines)):
            raise UnreadableFileError(reason)
    if starts_with_card(lines[0]):
        return FileFormat("vcf", encoding, has_header=False, columns=card_columns())
    declared = re.fullmatch(r"\ufeff?\"?sep=(.)\"?", lines[0].strip("\r\n"), re.IGNORECASE)
    quote = _quote(lines)
    if declared:
        return FileFormat("csv", encoding, delimiter or declared[1], quote, skip=1)
    return FileFormat("csv", encoding, delimiter or _delimiter(lines, quote), quote)


def _quote(lines: Sequence[str]) -> str:
    if any('"' in line for line in lines):
        return '"'
    wrapped = sum(bool(re.match(r"\s*'[^']*'\s*[,;\t|]\s*'.*'\s*$", line)) for line in lines)
    return "'" if wrapped > len(lines) / 2 else '"'


def _delimiter(lines: Sequence[str], quote: str) -> str:
    """The one that cuts most lines into the same number of cells, more than one."""
    return max(DELIMITERS, key=lambda candidate: _steadiness(lines, candidate, quote))


def _steadiness(lines: Sequence[str], delimiter: str, quote: str) -> tuple[float, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter, quotechar=quote) if row)
    except csv.Error:
        return (0.0, 0)
    if not widths:
        return (0.0, 0)
    width, times = widths.most_common(1)[0]
    header = lines[0].count(delimiter) + 1
    if width == 1:  # a comma in a title cuts nothing else
        return (0.0, header)
    return (times / widths.total() + (header == width), width)


def _sample(path: Path, found: FileFormat) -> list[Record]:
    with open_text(path, found.encoding) as stream:
        records = read_records(stream, Dialect(found.delimiter, found.quote))
        return list(islice(records, found.skip, SAMPLE_ROWS))


def _column_names(sample: Sequence[Record], *, has_header: bool) -> tuple[str, ...]:
    """Numbered where the file gives no name, and told apart where it gives the same one twice."""
    if not has_header:
        return tuple(f"#{number}" for number in range(1, max(len(record.cells) for record in sample) + 1))
    names: list[str] = []
    for number, cell in enumerate(_without_empty_tail(sample), start=1):
        name = " ".join(cell.split())[:MAX_HEADER_LENGTH] or f"#{number}"
        repeats = sum(existing == name or existing.startswith(f"{name} (") for existing in names)
        names.append(f"{name} ({repeats + 1})" if repeats else name)
    return tuple(names)


def _without_empty_tail(sample: Sequence[Record]) -> Sequence[str]:
    """The header's cells, up to the last one that has a name, or values below."""
    header = sample[0].cells
    width = max((_width(record.cells[: len(header)]) for record in sample if not record.problem), default=1)
    return header[: max(width, 1)]


def _width(cells: Sequence[str]) -> int:
    return next((number for number in range(len(cells), 0, -1) if cells[number - 1].strip()), 0)


def _refuse_what_is_no_table(columns: Sequence[str], sample: Sequence[Record]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise UnreadableFileError("too_many_columns")
    if len(columns) == 1 and len(sample) == 1 and len(sample[0].cells[0]) > MAX_HEADER_LENGTH:
        raise UnreadableFileError("binary")
