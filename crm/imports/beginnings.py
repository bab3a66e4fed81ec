"""Where the table of a file begins: below the title, the date or the note that people write above it."""

import re
from collections.abc import Sequence

from crm.imports.headers import BY_NAME, fold, squeeze
from crm.imports.records import Record

ABOVE = 10  # records above the names of the columns, at most
MAX_HEADER_LENGTH = 200
VALUE = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?[\d .()/:-]{4,}|(?i:true|false|oui|non)|=.*", re.DOTALL)


def records_above(sample: Sequence[Record]) -> int:
    """How many records stand above the table: none where the first one may be its header.

    Either we know names of its columns, or it is the first with several cells below titles of one.
    """
    if not sample or known_names(sample[0]):
        return 0
    for number, record in enumerate(sample[1 : ABOVE + 1], start=1):
        if any("@" in cell for cell in sample[number - 1].cells):  # somebody, not a title
            return 0
        known, is_below_titles = known_names(record), all(len(filled(before)) == 1 for before in sample[:number])
        if is_header(record) and (known > 1 or (is_below_titles and (known or len(filled(record)) > 1))):
            return number
    return 0


def known_names(record: Record) -> int:
    """How many of its cells are names of columns that we know."""
    return 0 if record.problem else sum(squeeze(fold(cell)) in BY_NAME for cell in filled(record))


def is_header(record: Record) -> bool:
    """A header holds names only: no address, no number, no date, and nothing twice as long as a name."""
    cells = filled(record)
    return (
        bool(cells)
        and not record.problem
        and not any(VALUE.fullmatch(cell) or len(cell) > MAX_HEADER_LENGTH for cell in cells)
    )


def filled(record: Record) -> list[str]:
    return [cell.strip() for cell in record.cells if cell.strip()]
