"""Excel workbooks. A workbook is unpacked as a whole in memory, hence the limits; text files have none."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fastexcel

from crm.imports import probing
from crm.imports.records import Record

MAX_UNPACKED_SIZE = 200 * 1024 * 1024
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(8).startswith((b"PK\x03\x04", OLD_EXCEL))


def sheet_names(path: Path, sheet: str = "") -> tuple[str, ...]:
    """Of a workbook that can be read, the wanted sheet (or the first) included.

    Raises ValueError("too_big" | "protected"), or ValueError with another text when it is no workbook.
    """
    with path.open("rb") as stream:
        if stream.read(8).startswith(OLD_EXCEL):
            # Excel before 2007, or a workbook behind a password: both wear the same coat.
            raise ValueError("protected")
    with zipfile.ZipFile(path) as archive:
        # Read before anything is unpacked: a small file can hold a huge sheet on purpose.
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_SIZE:
            raise ValueError("too_big")
    command = [sys.executable, "-I", probing.__file__, str(path), sheet]
    probed = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 -- our own program
    if probed.returncode < 0 or b"MemoryError" in probed.stderr:
        raise ValueError("too_big")
    if probed.returncode:
        raise ValueError("workbook")
    return tuple(json.loads(probed.stdout))


def workbook_records(path: Path, sheet: str) -> Iterator[Record]:
    """Rows as text, numbered as Excel numbers them. Dates come as ISO, numbers without a needless `.0`."""
    table = fastexcel.read_excel(str(path)).load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    for number, row in enumerate(table.iter_rows(), start=1):
        cells = [(value or "").replace("\0", "") for value in row]
        if any(cells):
            yield Record(number, cells)
