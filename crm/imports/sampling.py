"""What is looked at of a file to tell what its columns are."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm.imports.chunks import CHUNK_ROWS, read_chunks
from crm.imports.sniffing import FileFormat

EXAMPLES = 500
RARE = 50  # rows for each column that is empty before


@dataclass(frozen=True, slots=True)
class Sample:
    rows: list[list[str]]
    looked_at: int  # rows of the file: a column that is empty in the sample is empty in all of these


def sample_of(path: Path, found: FileFormat) -> Sample | None:
    """The first rows, and others where a column that is empty there says something: few people have a membership. None without a row."""
    with closing(read_chunks(path, found, rows=CHUNK_ROWS)) as chunks:
        chunk = next(chunks, None)
    if chunk is None:
        return None
    cells = chunk.table.drop("line")
    return Sample([list(row) for row in cells[sorted(_chosen(cells))].rows()], chunk.end)


def _chosen(cells: pl.DataFrame) -> set[int]:
    chosen = set(range(min(EXAMPLES, cells.height)))
    first, later = cells.head(EXAMPLES), cells.slice(EXAMPLES)
    empty = [name for name in cells.columns if first[name].str.strip_chars().eq("").all()]
    for name in empty:
        filled = later[name].str.strip_chars().ne("").arg_true().head(RARE)
        chosen.update(EXAMPLES + number for number in filled)
    return chosen
