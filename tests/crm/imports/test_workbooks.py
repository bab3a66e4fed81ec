"""Workbooks made to burst: refused by a program of its own, before anything of them is read here."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from crm.imports.sniffing import UnreadableFileError, sniff_format

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def book(path: Path, **rewritten: bytes) -> Path:
    """A workbook with one person, of which some parts are written anew: `sheet`, `strings`."""
    plain = path.with_suffix(".plain.xlsx")
    with xlsxwriter.Workbook(str(plain)) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["email", "nom"])
        sheet.write_row(1, 0, ["ada@example.org", "Durand"])
    parts = {SHEET: rewritten.get("sheet"), STRINGS: rewritten.get("strings")}
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, parts.get(name) or source.read(name))
    return path


def sheet_of(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def test_a_workbook_that_does_no_harm_is_read(tmp_path: Path) -> None:
    found = sniff_format(book(tmp_path / "a.xlsx"))
    assert (found.columns, found.sheets) == (("email", "nom"), ("Sheet1",))


def test_two_cells_a_billion_apart_are_refused(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    path = book(tmp_path / "a.xlsx", sheet=sheet_of(rows))
    assert path.stat().st_size < 10_000
    with pytest.raises(UnreadableFileError, match="too_big"):
        sniff_format(path)


def test_one_long_text_in_very_many_cells_is_refused(tmp_path: Path) -> None:
    text = "a" * 1_000_000
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{space}" count="1" uniqueCount="1"><si><t>{text}</t></si></sst>'.encode()
    rows = "".join(f'<row r="{number}"><c r="A{number}" t="s"><v>0</v></c></row>' for number in range(1, 10_001))
    path = book(tmp_path / "a.xlsx", sheet=sheet_of(rows), strings=strings)
    assert path.stat().st_size < 100_000
    with pytest.raises(UnreadableFileError, match="too_big"):
        sniff_format(path)
