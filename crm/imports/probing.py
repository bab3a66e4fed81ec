"""A program of its own: opens a workbook within bounds, so that a small file made to burst takes nobody else's process down.

What a workbook unpacks to is known afterwards only: its sizes may lie, one long text may stand in a million cells, and two
cells may lie a billion apart.
"""

import json
import os
import resource
import sys

MEMORY = 1 << 30
SECONDS = 60
UNREADABLE = 3  # the exit status


def bound() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["POLARS_MAX_THREADS"] = "1"


def names_of_sheets(path: str, wanted: str) -> list[str]:
    """The wanted sheet, or the first one, is read as an import would read it."""
    import fastexcel  # noqa: PLC0415 -- within the bounds

    try:
        book = fastexcel.read_excel(path)
        names = list(book.sheet_names)
        if names:
            sheet = wanted if wanted in names else names[0]
            book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError:
        sys.exit(UNREADABLE)
    return names


if __name__ == "__main__":
    bound()
    sys.stdout.write(json.dumps(names_of_sheets(*sys.argv[1:])))
