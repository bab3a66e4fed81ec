"""Files written row by row: what is in memory does not grow with them."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from crm.exports.enums import Format

TRUNCATED = -2  # said by XlsxWriter: a cell of Excel holds 32 767 characters
SHORT_DATE, FIRST_YEAR = 14, 1900  # of Excel: a day as the reader's own settings write it; it knows none before
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SUFFIXES = {Format.EXCEL_CSV: "csv", Format.CSV: "csv", Format.XLSX: "xlsx", Format.JSON: "json"}


class Writer(Protocol):
    cut: int  # cells that are longer than the format holds

    def write(self, rows: Iterable[Sequence[Any]]) -> None: ...
    def close(self) -> None: ...


def open_writer(kind: Format, path: Path, headings: Sequence[str]) -> Writer:
    if kind == Format.XLSX:
        return _Workbook(path, headings)
    if kind == Format.JSON:
        return _Json(path, headings)
    return _Csv(path, headings, for_excel=kind == Format.EXCEL_CSV)


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def harmless(text: str) -> str:
    """A spreadsheet takes what begins like a formula for one: the apostrophe says text. Our import strips it again."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


class _Csv:
    cut = 0

    def __init__(self, path: Path, headings: Sequence[str], *, for_excel: bool) -> None:
        # Excel in French reads UTF-8 by its mark, and semicolons.
        self._stream = path.open("w", encoding="utf-8-sig" if for_excel else "utf-8", newline="")
        self._writer = csv.writer(self._stream, delimiter=";" if for_excel else ",")
        self._writer.writerow(map(harmless, headings))  # fields of the campaign's own may be called anything

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        self._writer.writerows([self._cell(value) for value in row] for row in rows)

    def close(self) -> None:
        self._stream.close()

    def _cell(self, value: Any) -> str:
        return str(value) if _is_number(value) else harmless(as_text(value))  # -3 is no formula


class _Workbook:
    """Numbers and days that the database knows as such can be reckoned with. All else is text: nothing is a formula, and 01000
    stays a postcode."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self._sheet = self._book.add_worksheet()
        self._day = self._book.add_format({"num_format": SHORT_DATE})
        self._line = self.cut = 0
        self._put(headings)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self._put(row)

    def close(self) -> None:
        self._book.close()

    def _put(self, row: Sequence[Any]) -> None:
        for column, value in enumerate(row):
            self._put_cell(column, value)
        self._line += 1

    def _put_cell(self, column: int, value: Any) -> None:
        if _is_number(value):
            self._sheet.write_number(self._line, column, value)
        elif isinstance(value, date) and value.year >= FIRST_YEAR:
            self._sheet.write_datetime(self._line, column, value, self._day)
        else:
            self.cut += self._sheet.write_string(self._line, column, as_text(value)) == TRUNCATED


class _Json:
    """One list of objects, one object a line."""

    cut = 0

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self._stream = path.open("w", encoding="utf-8")
        self._headings = headings
        self._stream.write("[")
        self._before = "\n"

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            line = {name: self._value(value) for name, value in zip(self._headings, row, strict=True)}
            self._stream.write(f"{self._before}{json.dumps(line, ensure_ascii=False)}")
            self._before = ",\n"

    def close(self) -> None:
        self._stream.write("\n]\n")
        self._stream.close()

    def _value(self, value: Any) -> str | int | float:
        if not _is_number(value):
            return as_text(value)
        return int(value) if value == int(value) else float(value)
