"""A program of its own: opens a workbook within bounds, so that a small file made to burst takes nobody else's process down.

What a workbook unpacks to is known afterwards only: its sizes may lie, one long text may stand in a million cells, and two
cells may lie a billion apart.
"""

import json
import os
import resource
import sys
from typing import Any

MEMORY = 1 << 30
SECONDS = 60
ROWS = 20  # enough to see what a sheet is
UNREADABLE = 3  # the exit status


def bound() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["POLARS_MAX_THREADS"] = "1"


def probe(path: str, wanted: str) -> dict[str, Any]:
    """The names of all sheets, and the wanted one (or the first), read as an import would read it: its first rows, and whether one sees it."""
    import fastexcel  # noqa: PLC0415 -- within the bounds

    try:
        book = fastexcel.read_excel(path)
        names = list(book.sheet_names)
        if not names:
            return {"sheets": []}
        name = wanted if wanted in names else names[0]
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        rows = sheet.to_polars().head(ROWS).rows()
    except fastexcel.FastExcelError:
        sys.exit(UNREADABLE)
    return {"sheets": names, "sheet": name, "is_visible": sheet.visible == "visible", "rows": rows}


if __name__ == "__main__":
    bound()
    sys.stdout.write(json.dumps(probe(*sys.argv[1:])))
