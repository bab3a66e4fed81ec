"""Excel workbooks. A workbook is unpacked as a whole in memory, hence the limits; text files have none."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import fastexcel

from crm.imports import probing
from crm.imports.beginnings import known_names, records_above
from crm.imports.records import Record

LOOKED_AT = 12  # sheets, where nobody said which one
MAX_UNPACKED_SIZE = 200 * 1024 * 1024
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(8).startswith((b"PK\x03\x04", OLD_EXCEL))


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    is_visible: bool
    head: tuple[Record, ...]  # its first rows


def chosen_sheet(path: Path, wanted: str = "") -> tuple[Sheet, tuple[str, ...]]:
    """The wanted one, or the first that one sees and whose columns are known, or else that holds anything; with the names of all.

    Raises ValueError("too_big" | "protected" | "empty" | "archive" | "binary"), or ValueError with another text when it is no workbook.
    """
    first, names = _probed(path, wanted)
    if first.name == wanted:
        return first, names
    seen: list[tuple[int, Sheet]] = []
    for name in names[:LOOKED_AT]:
        sheet = first if name == first.name else _other_sheet(path, name)
        if sheet is None or not sheet.is_visible:
            continue
        known = known_names(sheet.head[records_above(sheet.head)]) if sheet.head else -1
        if known > 1:
            return sheet, names
        seen.append((known, sheet))
    return max(seen, key=lambda one: one[0], default=(0, first))[1], names


def _other_sheet(path: Path, name: str) -> Sheet | None:
    """None where it cannot be read: nobody asked for it."""
    try:
        return _probed(path, name)[0]
    except ValueError:
        return None


def _probed(path: Path, wanted: str) -> tuple[Sheet, tuple[str, ...]]:
    with path.open("rb") as stream:
        if stream.read(8).startswith(OLD_EXCEL):
            # Excel before 2007, or a workbook behind a password: both wear the same coat.
            raise ValueError("protected")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "content.xml" not in names and not any(name.startswith("xl/") for name in names):
            raise ValueError("binary" if "[Content_Types].xml" in names else "archive")
        # Read before anything is unpacked: a small file can hold a huge sheet on purpose.
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_SIZE:
            raise ValueError("too_big")
    command = [sys.executable, "-I", probing.__file__, str(path), wanted]
    probed = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 -- our own program
    if probed.returncode < 0 or b"MemoryError" in probed.stderr:
        raise ValueError("too_big")
    if probed.returncode:
        raise ValueError("workbook")
    told = json.loads(probed.stdout)
    if not told["sheets"]:
        raise ValueError("empty")
    return Sheet(told["sheet"], told["is_visible"], tuple(_records(told["rows"]))), tuple(told["sheets"])


def workbook_records(path: Path, sheet: str) -> Iterator[Record]:
    """Rows as text, numbered as Excel numbers them. Dates come as ISO, numbers without a needless `.0`."""
    table = fastexcel.read_excel(str(path)).load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    yield from _records(table.iter_rows())


def _records(rows: Iterable[Sequence[str | None]]) -> Iterator[Record]:
    for number, row in enumerate(rows, start=1):
        cells = [(value or "").replace("\0", "") for value in row]
        if any(cells):
            yield Record(number, cells)
